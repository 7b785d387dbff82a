package io.drkit.kubernetes;

import io.drkit.UnsafeToProceedException;
import io.drkit.workload.Claims;
import io.drkit.workload.Obstacle;
import io.drkit.workload.QuiescePlan;
import io.drkit.workload.Workload;
import io.drkit.workload.WorkloadKind;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds who mounts claims, by pods and by templates, and what of it cannot be quiesced. One use. */
final class MountSurvey {

    private final Claims claims;
    private final Inventory inventory;
    private final SortedSet<String> names = new TreeSet<>();
    private final SortedSet<String> pods = new TreeSet<>();
    private final IdentityHashMap<LiveWorkload, SortedSet<String>> workloads = new IdentityHashMap<>();
    private final Set<LiveWorkload> withPods = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<String, Obstacle> obstacles = new HashMap<>();
    private final Set<String> notes = new LinkedHashSet<>();

    /** @throws UnsafeToProceedException when a claim does not exist */
    MountSurvey(SiteApi api, Claims claims) {
        this.claims = claims;
        findClaims(api);
        inventory = Inventory.of(api, claims.namespace());
        inventory.workloads().forEach(this::byTemplateOrMemory);
        inventory.daemonSets().forEach(this::byTemplate);
        inventory.jobs().forEach(this::byTemplate);
        inventory.pods().forEach(this::byPod);
    }

    QuiescePlan plan() {
        List<Workload> described = new ArrayList<>();
        for (LiveWorkload workload : workloads.keySet()) {
            Caveats caveats = Caveats.of(workload, withPods.contains(workload), inventory.autoscalers());
            caveats.obstacles().forEach(reason -> obstacle(workload.kind().kind(), workload.name(), reason));
            described.add(new Workload(
                    workload.kind(),
                    workload.name(),
                    workloads.getOrDefault(workload, Collections.emptySortedSet()),
                    workload.mounts(),
                    workload.replicas(),
                    workload.before(),
                    caveats.notes()));
        }
        described.sort(Comparator.comparing(Workload::kind).thenComparing(Workload::name));
        return new QuiescePlan(
                claims,
                names,
                described,
                obstacles.values().stream()
                        .sorted(Comparator.comparing(Obstacle::kind).thenComparing(Obstacle::name))
                        .toList(),
                pods,
                List.copyOf(notes));
    }

    /**
     * Whether the controllers of what mounts the claims have seen that it is at zero, and have nothing left: of a Deployment its ReplicaSets' too,
     * which make its pods.
     */
    boolean isSettled() {
        return workloads.keySet().stream().allMatch(LiveWorkload::settled)
                && inventory.workloads().stream()
                        .filter(this::isPartOfMounting)
                        .allMatch(set -> set.replicas() == 0 && set.settled());
    }

    private boolean isPartOfMounting(LiveWorkload set) {
        OwnerReference owner = set.controller();
        LiveWorkload deployment = owner == null || !isPartOfDeployment(set) ? null : inventory.workload(owner);
        return deployment != null && workloads.containsKey(deployment);
    }

    /** Whether one of them makes jobs by the clock, whose controller does not tell what it has seen. */
    boolean hasCronJob() {
        return workloads.keySet().stream().anyMatch(workload -> workload.kind() == WorkloadKind.CRON_JOB);
    }

    /** The claims that are meant, whether they exist or not. */
    static SortedSet<String> names(SiteApi api, Claims claims) {
        SortedSet<String> names = new TreeSet<>(claims.names());
        if (names.isEmpty()) {
            list(api, claims).forEach(claim -> names.add(claim.getMetadata().getName()));
        }
        return names;
    }

    private static List<PersistentVolumeClaim> list(SiteApi api, Claims claims) {
        var all = api.client().persistentVolumeClaims().inNamespace(claims.namespace());
        return api.list(
                "persistentvolumeclaims",
                claims.namespace(),
                claims.selector().isBlank() ? all : all.withLabelSelector(claims.selector()));
    }

    private void findClaims(SiteApi api) {
        List<PersistentVolumeClaim> found = new ArrayList<>(list(api, claims));
        found.removeIf(claim -> !claims.names().isEmpty()
                && !claims.names().contains(claim.getMetadata().getName()));
        found.forEach(claim -> names.add(claim.getMetadata().getName()));
        SortedSet<String> missing = new TreeSet<>(claims.names());
        missing.removeAll(names);
        if (!missing.isEmpty() || names.isEmpty()) {
            throw new UnsafeToProceedException((names.isEmpty() && missing.isEmpty()
                            ? "No " + claims
                            : "Claim " + String.join(", ", missing) + " in namespace " + claims.namespace())
                    + (missing.isEmpty() ? " exist at " : " does not exist at ") + api.name()
                    + ", and nothing was changed: is it misspelt?");
        }
        for (PersistentVolumeClaim claim : found) {
            String name = claim.getMetadata().getName();
            OwnerReference owner = Mounts.controller(claim.getMetadata());
            if (Mounts.isTerminating(claim.getMetadata())) {
                obstacle(
                        "PersistentVolumeClaim",
                        name,
                        "Claim " + name
                                + " is being deleted, and would be gone with its data as soon as no pod mounts it.");
            } else if (owner != null && owner.getKind().equals("Pod")) {
                obstacle(
                        "PersistentVolumeClaim",
                        name,
                        "Claim " + name + " is an ephemeral volume of pod " + owner.getName()
                                + ", and would be deleted with it.");
            }
        }
    }

    /** By memory too: pods may have mounted more than the template says, and are gone when it was quiesced. */
    private void byTemplateOrMemory(LiveWorkload workload) {
        SortedSet<String> mounted = new TreeSet<>(workload.quiescedFor(names));
        mounted.retainAll(names);
        mounted.addAll(workload.mounts(names));
        // A ReplicaSet of a Deployment is the Deployment's, and an old revision's template mounts nothing.
        if (!mounted.isEmpty() && !isPartOfDeployment(workload)) {
            mounts(workload, mounted);
        }
    }

    private void byTemplate(DaemonSet set) {
        if (mounts(Mounts.of(set.getSpec().getTemplate().getSpec()))) {
            daemonSet(set.getMetadata().getName());
        }
    }

    private void daemonSet(String name) {
        obstacle(
                "DaemonSet",
                name,
                "DaemonSet " + name
                        + " mounts it and cannot be scaled to zero: delete it, or give it a node selector that no node has.");
    }

    private void byTemplate(Job job) {
        if (!isOver(job) && mounts(Mounts.of(job.getSpec().getTemplate().getSpec()))) {
            running(job);
        }
    }

    private void byPod(Pod pod) {
        Set<String> mounted = new TreeSet<>(Mounts.of(pod));
        mounted.retainAll(names);
        if (mounted.isEmpty()) {
            return;
        }
        String name = pod.getMetadata().getName();
        OwnerReference owner = Mounts.controller(pod.getMetadata());
        Job job = owner == null ? null : inventory.job(owner);
        if (job != null && isMover(Mounts.controller(job.getMetadata()))) {
            running(job);
            return;
        }
        if (job == null && owner != null && isJobOfMover(owner)) {
            mover(owner.getName(), owner.getName().contains("-src-"), Mounts.describe(owner));
            return;
        }
        pods.add(name);
        if (owner == null) {
            if (!Mounts.isTerminating(pod.getMetadata())) {
                obstacle(
                        "Pod",
                        name,
                        "Pod " + name
                                + " mounts it and has no controller that would bring it back: delete it, and create it again afterwards.");
            }
        } else if (job != null) {
            if (!isOver(job)) {
                running(job);
            }
        } else if (inventory.daemonSet(owner) != null) {
            daemonSet(owner.getName());
        } else {
            ofWorkload(pod, owner, mounted);
        }
    }

    private void ofWorkload(Pod pod, OwnerReference owner, Set<String> mounted) {
        LiveWorkload workload = inventory.workload(owner);
        boolean gone = workload == null && inventory.isGone(owner);
        if (workload != null && isPartOfDeployment(workload)) {
            OwnerReference deployment = workload.controller();
            workload = deployment == null ? null : inventory.workload(deployment);
            gone = workload == null;
        }
        if (workload != null) {
            mounts(workload, mounted);
            withPods.add(workload);
        } else if (!gone) {
            obstacle(
                    "Pod",
                    pod.getMetadata().getName(),
                    "Pod " + pod.getMetadata().getName() + " mounts it and belongs to " + Mounts.describe(owner)
                            + ", which DrKit does not know how to stop: stop it there.");
        }
    }

    private static boolean isPartOfDeployment(LiveWorkload workload) {
        OwnerReference owner = workload.controller();
        return workload.kind() == WorkloadKind.REPLICA_SET
                && owner != null
                && owner.getKind().equals("Deployment")
                && owner.getApiVersion().startsWith("apps/");
    }

    private void running(Job job) {
        String name = job.getMetadata().getName();
        OwnerReference owner = Mounts.controller(job.getMetadata());
        LiveWorkload cronJob = owner == null ? null : inventory.workload(owner);
        if (owner != null && isMover(owner)) {
            mover(name, owner.getKind().equals("ReplicationSource"), Mounts.describe(owner));
        } else if (cronJob != null && cronJob.kind() == WorkloadKind.CRON_JOB) {
            SortedSet<String> mounted =
                    new TreeSet<>(Mounts.of(job.getSpec().getTemplate().getSpec()));
            mounted.retainAll(names);
            mounts(cronJob, mounted);
            notes.add("Job " + name + " of " + cronJob + " is running, and its end is waited for.");
        } else {
            obstacle(
                    "Job",
                    name,
                    "Job " + name + " mounts it and is not over"
                            + (owner == null ? "" : ", and belongs to " + Mounts.describe(owner))
                            + ": wait for its end, suspend it, or delete it.");
        }
    }

    /** Of VolSync's: it sends the claim to the other site, and mounts it for that where it copies directly; or it receives it from there. */
    private static boolean isMover(@Nullable OwnerReference owner) {
        return owner != null
                && owner.getApiVersion().startsWith("volsync.backube/")
                && owner.getKind().startsWith("Replication");
    }

    /** By its name, where the job is gone already and its pod is not. */
    private static boolean isJobOfMover(OwnerReference owner) {
        return owner.getKind().equals("Job") && owner.getName().startsWith("volsync-rsync-tls-");
    }

    private void mover(String job, boolean sends, String owner) {
        if (sends) {
            notes.add("VolSync's job " + job + " mounts it now, to read it.");
        } else {
            obstacle(
                    Obstacle.RECEIVER,
                    job,
                    "It is written to by " + owner + ", which receives it from another site: end that first.");
        }
    }

    private static boolean isOver(Job job) {
        return Boolean.TRUE.equals(job.getSpec().getSuspend())
                || (job.getStatus() != null
                        && job.getStatus().getConditions().stream()
                                .anyMatch(condition -> "True".equals(condition.getStatus())
                                        && ("Complete".equals(condition.getType())
                                                || "Failed".equals(condition.getType()))));
    }

    private boolean mounts(Set<String> mounted) {
        return !Collections.disjoint(mounted, names);
    }

    private void mounts(LiveWorkload workload, Set<String> mounted) {
        workloads.computeIfAbsent(workload, any -> new TreeSet<>()).addAll(mounted);
    }

    private void obstacle(String kind, String name, String reason) {
        obstacles.putIfAbsent(kind + "/" + name + "/" + reason, new Obstacle(kind, name, reason));
    }
}
