package io.drkit.kubernetes;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.workload.Claims;
import io.drkit.workload.QuiescePlan;
import io.drkit.workload.Quiesced;
import io.drkit.workload.Resumed;
import io.drkit.workload.Workload;
import io.drkit.workload.WorkloadQuiescer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Quiesces workloads by the Kubernetes API. Each request ends with the client's request timeout. Needed are the rights {@code list} on claims, pods,
 * the five {@linkplain io.drkit.workload.WorkloadKind kinds of workload}, DaemonSets, Jobs and HorizontalPodAutoscalers, and {@code get} and {@code
 * patch} on the five, in the namespace.
 *
 * <p>An autoscaler rests while its target is at zero and its own {@code minReplicas} is not (Kubernetes' {@code HorizontalController}); a paused
 * Deployment is scaled all the same ({@code DeploymentController}); kubelet lets a pod go only after it has unmounted its volumes ({@code
 * syncTerminatedPod}).
 */
public final class KubernetesQuiescer implements WorkloadQuiescer {

    private static final Logger LOG = LoggerFactory.getLogger(KubernetesQuiescer.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int NAMED_AT_MOST = 10;

    private final SiteApi api;
    private final Clock clock;
    private final Duration poll;

    /** Looks every second, by the system's clock. The client is not closed. */
    public KubernetesQuiescer(KubernetesClient client) {
        this(client, Clock.systemUTC(), POLL);
    }

    /**
     * @param client is not closed
     * @param clock tells {@link Quiesced#quietSince}
     * @param poll how long it waits between two looks at the pods
     * @throws IllegalArgumentException when the client has no request timeout, or there is no time between looks
     */
    public KubernetesQuiescer(KubernetesClient client, Clock clock, Duration poll) {
        if (poll.isNegative() || poll.isZero()) {
            throw new IllegalArgumentException("Between two looks there must be some time, not " + poll + ".");
        }
        this.api = new SiteApi(client);
        this.clock = clock;
        this.poll = poll;
    }

    @Override
    public String name() {
        return api.name();
    }

    @Override
    public QuiescePlan look(Claims claims) {
        return new MountSurvey(api, claims).plan();
    }

    @Override
    public Quiesced quiesce(Claims claims, Duration timeout) {
        Scaling scaling = new Scaling(api, claims.namespace());
        return scaling.run(() -> {
            QuiescePlan plan = look(claims);
            plan.requirePossible();
            for (Workload workload : plan.workloads()) {
                if (workload.replicas() > 0 || workload.before().isPresent()) {
                    scaling.toZero(workload.kind(), workload.name(), workload.claims());
                }
            }
            LOG.info("Scaled to zero what mounts {} at {}: {}", claims, name(), plan.workloads());
            return awaitQuiet(claims, timeout);
        });
    }

    private Quiesced awaitQuiet(Claims claims, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        boolean wasQuiet = false;
        while (true) {
            MountSurvey survey = new MountSurvey(api, claims);
            QuiescePlan plan = survey.plan();
            plan.requirePossible();
            requireNobodyScaledUp(plan);
            boolean quiet = plan.isQuiet() && survey.isSettled();
            // Pods are read before what makes them: a pod that was made in between is seen by looking once more.
            if (quiet && wasQuiet) {
                Instant now = clock.instant();
                LOG.info("No pod mounts {} at {} since {}", claims, name(), now);
                return new Quiesced(claims, plan.claimNames(), plan.workloads(), now);
            }
            wasQuiet = quiet;
            if (quiet) {
                // A CronJob's controller may be making a job from what it saw before, and tells nobody.
                pause(survey.hasCronJob() ? poll.toNanos() : 0);
                continue;
            }
            long left = end - System.nanoTime();
            if (left <= 0) {
                throw new UnsafeToProceedException(stillThere(plan, timeout));
            }
            pause(Math.min(left, poll.toNanos()));
        }
    }

    private void requireNobodyScaledUp(QuiescePlan plan) {
        List<String> up = plan.workloads().stream()
                .filter(workload -> workload.replicas() > 0)
                .map(workload -> workload + " to " + workload.replicas())
                .toList();
        if (!up.isEmpty()) {
            throw new UnsafeToProceedException("Somebody else scaled " + some(up) + " at " + name()
                    + " while it was being quiesced, and it may write to the " + plan.claims()
                    + ": find out who (an operator, GitOps, a person), and quiesce again.");
        }
    }

    private String stillThere(QuiescePlan plan, Duration timeout) {
        String what = plan.pods().isEmpty()
                ? "the controllers of " + some(plan.workloads()) + " have not confirmed that they are at zero"
                : (plan.pods().size() == 1 ? "pod " : "pods ") + some(plan.pods())
                        + (plan.pods().size() == 1 ? " still mounts" : " still mount") + " the " + plan.claims();
        return "After " + timeout.toSeconds() + " s " + what + " at " + name()
                + ". What was scaled to zero stays so: look at why, and quiesce again, or resume.";
    }

    @Override
    public Resumed resume(Claims claims, SortedMap<String, Integer> otherwise) {
        Scaling scaling = new Scaling(api, claims.namespace());
        return scaling.run(() -> {
            SortedSet<String> names = MountSurvey.names(api, claims);
            SortedMap<String, Integer> back = new TreeMap<>();
            List<String> left = new ArrayList<>();
            List<String> unreadable = new ArrayList<>();
            for (LiveWorkload live : Inventory.workloads(api, claims.namespace())) {
                // A Deployment's annotations are copied to its ReplicaSets, which are not ours to scale.
                if (live.controller() == null) {
                    resume(live, names, scaling, back, left, unreadable);
                }
            }
            startOtherwise(claims, otherwise, scaling, back, left);
            if (!unreadable.isEmpty()) {
                throw new UnsafeToProceedException(
                        some(unreadable) + " at " + name()
                                + " does not say what to go back to, and was left as it is: scale it by hand, and remove the annotation.");
            }
            return new Resumed(back, left);
        });
    }

    /** What mounts the claims, rests at zero and was never quiesced here. */
    private void startOtherwise(
            Claims claims,
            SortedMap<String, Integer> otherwise,
            Scaling scaling,
            SortedMap<String, Integer> back,
            List<String> left) {
        if (otherwise.isEmpty()) {
            return;
        }
        for (Workload workload : new MountSurvey(api, claims).plan().workloads()) {
            Integer replicas = otherwise.get(workload.toString());
            if (replicas == null
                    || replicas == 0
                    || workload.replicas() > 0
                    || workload.before().isPresent()) {
                continue;
            }
            if (scaling.up(workload.kind(), workload.name(), replicas)) {
                back.put(workload.toString(), replicas);
            } else {
                left.add(workload + " was changed by somebody else just now, and was left so: resume again.");
            }
        }
    }

    private static void resume(
            LiveWorkload live,
            SortedSet<String> names,
            Scaling scaling,
            SortedMap<String, Integer> back,
            List<String> left,
            List<String> unreadable) {
        SortedSet<String> remaining = new TreeSet<>(live.quiescedFor(names));
        if (!remaining.removeAll(names)) {
            return;
        }
        if (live.replicas() != 0) {
            scaling.forget(live.kind(), live.name());
            left.add(live + " was scaled to " + live.replicas() + " meanwhile, and was left so.");
        } else if (!remaining.isEmpty()) {
            scaling.stillFor(live.kind(), live.name(), remaining);
            left.add(live + " stays at zero, for it was quiesced for " + String.join(", ", remaining) + " too.");
        } else if (live.before().isEmpty()) {
            unreadable.add("Annotation " + live.memory() + " of " + live);
        } else {
            int replicas = live.before().getAsInt();
            if (scaling.back(live.kind(), live.name(), replicas)) {
                back.put(live.toString(), replicas);
            } else {
                left.add(live + " was changed by somebody else just now, and was left so: resume again.");
            }
        }
    }

    private void pause(long nanos) {
        try {
            Thread.sleep(Duration.ofNanos(nanos).toMillis() + 1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException(name() + " was not waited for, because the call was interrupted.", e);
        }
    }

    private static String some(Collection<?> all) {
        String named = all.stream().limit(NAMED_AT_MOST).map(String::valueOf).collect(Collectors.joining(", "));
        return all.size() <= NAMED_AT_MOST ? named : named + " and " + (all.size() - NAMED_AT_MOST) + " more";
    }
}
