package io.drkit.volsync;

import io.drkit.UnsafeToProceedException;
import io.drkit.kubernetes.KubernetesQuiescer;
import io.drkit.kubernetes.SiteApi;
import io.drkit.volume.Claim;
import io.drkit.workload.Claims;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One site's API, as the files around it need it: reading by name, creating and removing what is ours, and who uses a claim. */
final class Side {

    private final VolSyncSite site;
    private final SiteApi api;
    private final KubernetesQuiescer workloads;
    private final Waiting waiting;
    private final Duration timeout;

    Side(VolSyncSite site, VolSyncOptions options) {
        this.site = site;
        this.api = new SiteApi(site.client());
        this.workloads = new KubernetesQuiescer(site.client());
        this.waiting = new Waiting(options.poll());
        this.timeout = options.setUpTimeout();
    }

    VolSyncSite site() {
        return site;
    }

    SiteApi api() {
        return api;
    }

    Waiting waiting() {
        return waiting;
    }

    /** How long what is set up or taken down is waited for. */
    Duration timeout() {
        return timeout;
    }

    String name() {
        return site.name();
    }

    @Nullable PersistentVolumeClaim claim(Claim claim) {
        return api.get(PersistentVolumeClaim.class, claim.namespace(), claim.name());
    }

    /** @throws UnsafeToProceedException when it is not there, or is about to go */
    PersistentVolumeClaim existing(Claim claim) {
        PersistentVolumeClaim found = claim(claim);
        if (found == null) {
            throw new UnsafeToProceedException("The " + claim + " does not exist at " + name() + ": is it misspelt?");
        }
        if (found.getMetadata().getDeletionTimestamp() != null) {
            throw new UnsafeToProceedException("The " + claim + " at " + name()
                    + " is being deleted, and goes with its data as soon as no pod mounts it.");
        }
        return found;
    }

    /** @throws UnsafeToProceedException when something of that name is there that DrKit did not create for this claim */
    void requireOurs(HasMetadata object, Claim claim) {
        if (!Names.isOurs(object, claim)) {
            String what = object.getKind() + " " + object.getMetadata().getName() + " in namespace "
                    + object.getMetadata().getNamespace() + " at " + name();
            throw new UnsafeToProceedException(
                    Names.isOurs(object)
                            ? what + " belongs to another claim than " + claim.name() + ", and was left as it is."
                            : what
                                    + " was not made by DrKit, and was left as it is: delete it, or hand it over with the label "
                                    + "app.kubernetes.io/managed-by=drkit and the annotation drkit.io/claim="
                                    + claim.name() + ".");
        }
    }

    /** The name, or one like it if that is taken by somebody else's, or by another claim's. */
    <T extends HasMetadata> String free(Class<T> type, Claim claim, String name) {
        String free = name;
        for (int i = 2; isTaken(type, claim, free); i++) {
            free = name + "-" + i;
        }
        return free;
    }

    private <T extends HasMetadata> boolean isTaken(Class<T> type, Claim claim, String name) {
        T there = api.get(type, claim.namespace(), name);
        return there != null && !Names.isOurs(there, claim);
    }

    /** @throws UnsafeToProceedException when pods mount the claim, or workloads are to, replication's own aside */
    void requireUnused(Claim claim) {
        List<String> users =
                workloads.look(Claims.named(claim.namespace(), claim.name())).users();
        if (!users.isEmpty()) {
            throw new UnsafeToProceedException("The " + claim + " at " + name() + " is in use by "
                    + String.join(", ", users) + ", and replication is about to write to it: stop that first.");
        }
    }

    /**
     * Waits until no mover of one job of VolSync's mounts any of these claims, also after the job itself is gone.
     *
     * @param job whose: the name that VolSync gives it
     */
    void awaitNoMover(String job, String namespace, Set<String> claims) {
        waiting.until(
                timeout,
                () -> movers(job, namespace, claims).isEmpty() ? true : null,
                () -> "VolSync's movers still mount claims " + claims + " at " + name() + ": "
                        + movers(job, namespace, claims) + ". Look at why, and run it again.");
    }

    private List<String> movers(String job, String namespace, Set<String> claims) {
        return api.list("pods", namespace, api.client().pods().inNamespace(namespace)).stream()
                .filter(pod -> !isOver(pod) && isOf(pod, job) && mounts(pod, claims))
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    /** The nodes on which pods run that mount a claim. */
    Set<String> nodesOf(Claim claim) {
        return api.list("pods", claim.namespace(), api.client().pods().inNamespace(claim.namespace())).stream()
                .filter(pod -> pod.getStatus() != null
                        && "Running".equals(pod.getStatus().getPhase()))
                .filter(pod -> mounts(pod, Set.of(claim.name())))
                .map(pod -> pod.getSpec().getNodeName())
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isOf(Pod pod, String job) {
        return pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner ->
                        owner.getKind().equals("Job") && owner.getName().equals(job));
    }

    private static boolean isOver(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    private static boolean mounts(Pod pod, Set<String> claims) {
        return pod.getSpec().getVolumes().stream()
                .anyMatch(volume -> volume.getPersistentVolumeClaim() != null
                        && claims.contains(volume.getPersistentVolumeClaim().getClaimName()));
    }

    /**
     * Removes what we made for a claim, and waits until it is gone; nothing when it is not there.
     *
     * @throws UnsafeToProceedException when it is somebody else's
     */
    <T extends HasMetadata> void remove(Class<T> type, Claim claim, String name) {
        waiting.until(
                timeout,
                () -> {
                    T object = api.get(type, claim.namespace(), name);
                    if (object == null) {
                        return true;
                    }
                    requireOurs(object, claim);
                    if (object.getMetadata().getDeletionTimestamp() == null) {
                        api.delete(object);
                    }
                    return null;
                },
                () -> HasMetadata.getKind(type) + " " + name + " in namespace " + claim.namespace() + " at " + name()
                        + " is still there, though deleted: a finalizer holds it. Look at why, and run it again.");
    }

    /** The same, and leaves what is somebody else's. */
    <T extends HasMetadata> void removeIfOurs(Class<T> type, Claim claim, String name) {
        if (!isTaken(type, claim, name)) {
            remove(type, claim, name);
        }
    }
}
