package io.drkit.kubernetes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.SiteUnreachableException;
import io.drkit.Ticker;
import io.drkit.UnsafeToProceedException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces the pods of workloads as {@code kubectl rollout restart} does, by an annotation of their template, and waits for the new ones: for programs
 * that have to notice that what they read before is no longer so, after etcd was restored or the platform's name moved. Thread-safe.
 */
public final class RolloutRestart {

    /** On the template of the pods: when DrKit restarted them last. */
    public static final String RESTARTED_AT = "drkit.io/restarted-at";

    /** On the template of the pods: what they were restarted for, so that doing it again does not restart them again. */
    public static final String RESTARTED_FOR = "drkit.io/restarted-for";

    private static final Logger LOG = LoggerFactory.getLogger(RolloutRestart.class);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int ATTEMPTS = 5;

    private final SiteApi api;
    private final Clock clock;
    private final Ticker ticker;

    public RolloutRestart(SiteApi api, Clock clock, Ticker ticker) {
        this.api = api;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** Restarts once, by a connection of its own; throws as {@link #restart(List, Duration)} and {@link KubernetesConnection#open}. */
    public static void restart(KubernetesConnection connection, List<RestartTarget> targets, Duration timeout) {
        try (KubernetesClient client = connection.open()) {
            new RolloutRestart(new SiteApi(client), Clock.systemUTC(), Ticker.SYSTEM).restart(targets, timeout);
        }
    }

    /**
     * Replaces the pods of all of them at once, and waits until all that are to be there are new and ready.
     *
     * @param timeout how long to wait, for all together; one that is not ready by then may become so later
     * @throws UnsafeToProceedException when a target names nothing, or something whose pods its controller would not replace: then nothing was
     *     restarted. Also when somebody else writes to a workload all the time
     * @throws SiteUnreachableException when they are not ready in time, or the thread was interrupted; the restart goes on
     */
    public void restart(List<RestartTarget> targets, Duration timeout) {
        restart(RESTARTED_AT, clock.instant().toString(), targets, timeout);
    }

    /**
     * The same, but leaves alone what was restarted for this already, and waits for it only.
     *
     * @param mark what the pods have to be started after: a write, or a run
     */
    public void restartFor(String mark, List<RestartTarget> targets, Duration timeout) {
        restart(RESTARTED_FOR, mark, targets, timeout);
    }

    private void restart(String annotation, String value, List<RestartTarget> targets, Duration timeout) {
        long deadline = ticker.nanoTime() + timeout.toNanos();
        List<HasMetadata> found = new ArrayList<>();
        targets.forEach(target -> found.addAll(find(target)));
        found.forEach(workload -> annotate(workload, annotation, value));
        found.forEach(workload -> awaitPods(workload, timeout, deadline));
    }

    private List<HasMetadata> find(RestartTarget target) {
        List<HasMetadata> found = target.kinds().stream()
                .<HasMetadata>flatMap(kind -> find(kind, target).stream())
                .toList();
        if (found.isEmpty()) {
            throw new UnsafeToProceedException("There is no "
                    + target.toString().replaceFirst("^workloads", "workload") + " to restart: name another.");
        }
        for (HasMetadata workload : found) {
            String obstacle = RolloutState.of(workload).obstacle();
            if (!obstacle.isEmpty()) {
                throw new UnsafeToProceedException(described(workload) + " is not restarted, for " + obstacle);
            }
        }
        return found;
    }

    private List<? extends HasMetadata> find(RestartTarget.Kind kind, RestartTarget target) {
        return switch (kind) {
            case DEPLOYMENT -> find(Deployment.class, "deployments.apps", target);
            case STATEFUL_SET -> find(StatefulSet.class, "statefulsets.apps", target);
            case DAEMON_SET -> find(DaemonSet.class, "daemonsets.apps", target);
        };
    }

    private <T extends HasMetadata> List<T> find(Class<T> type, String resource, RestartTarget target) {
        if (target.labels().isEmpty()) {
            T one = api.get(type, target.namespace(), target.name());
            return one == null ? List.of() : List.of(one);
        }
        return api.list(
                resource,
                target.namespace(),
                api.client().resources(type).inNamespace(target.namespace()).withLabelSelector(target.labels()));
    }

    private void annotate(HasMetadata found, String annotation, String value) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            HasMetadata workload = attempt == 0 ? found : current(found);
            Map<String, String> annotations = RolloutState.of(workload).annotations();
            ObjectNode patch = JsonNodeFactory.instance.objectNode();
            patch.withObject("/spec/template/metadata/annotations").put(annotation, value);
            if (value.equals(annotations.get(annotation))) {
                return;
            }
            if (api.patch(workload, patch)) {
                LOG.info("Restarting {}", described(workload));
                return;
            }
        }
        throw new UnsafeToProceedException(
                described(found) + " was not restarted, for somebody else wrote to it each time: look at who does.");
    }

    private void awaitPods(HasMetadata workload, Duration timeout, long deadline) {
        while (!RolloutState.of(current(workload)).isRolledOut()) {
            long left = deadline - ticker.nanoTime();
            if (left <= 0) {
                throw new SiteUnreachableException("The new pods of " + described(workload) + " are not ready after "
                        + timeout.toSeconds() + " s; look at them.");
            }
            pause(Math.min(left, PAUSE.toNanos()));
        }
    }

    private HasMetadata current(HasMetadata workload) {
        String namespace = workload.getMetadata().getNamespace();
        HasMetadata now =
                api.get(workload.getClass(), namespace, workload.getMetadata().getName());
        if (now == null) {
            throw new UnsafeToProceedException(described(workload) + " was deleted while it was restarted.");
        }
        return now;
    }

    private static String described(HasMetadata workload) {
        return workload.getKind() + " " + workload.getMetadata().getName() + " in namespace "
                + workload.getMetadata().getNamespace();
    }

    private void pause(long nanos) {
        try {
            ticker.await(new CountDownLatch(1), Duration.ofNanos(nanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException("The restart was not waited for, because the call was interrupted.", e);
        }
    }
}
