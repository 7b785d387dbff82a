package io.drkit.kubernetes.coredns;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.SiteUnreachableException;
import io.drkit.Ticker;
import io.drkit.UnsafeToProceedException;
import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restarts the pods of a CoreDNS as {@code kubectl rollout restart} does, by an annotation of its Deployment's template, and waits for the new ones: for
 * where it does not read its configuration again itself, or is not to be waited for. Thread-safe.
 */
public final class CoreDnsRestart {

    /** On the template of the Deployment's pods: when DrKit restarted them last. */
    public static final String RESTARTED_AT = "drkit.io/restarted-at";

    /** Beside it: the write that they were restarted for, as {@link CoreDnsSwitcher#WRITTEN}, so that doing it again does not restart them again. */
    public static final String RESTARTED_FOR = "drkit.io/restarted-for";

    private static final Logger LOG = LoggerFactory.getLogger(CoreDnsRestart.class);
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int ATTEMPTS = 5;

    private final SiteApi api;
    private final Clock clock;
    private final Ticker ticker;

    public CoreDnsRestart(SiteApi api, Clock clock, Ticker ticker) {
        this.api = api;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** Restarts once, by a connection of its own; throws as {@link #restart} and {@link KubernetesConnection#open}. */
    public static void restart(KubernetesConnection connection, String namespace, String deployment, Duration timeout) {
        try (KubernetesClient client = connection.open()) {
            new CoreDnsRestart(new SiteApi(client), Clock.systemUTC(), Ticker.SYSTEM)
                    .restart(namespace, deployment, timeout);
        }
    }

    /**
     * Replaces the pods and waits until all that are to be there are new and ready.
     *
     * @throws UnsafeToProceedException when there is no such Deployment, or somebody else writes to it all the time
     * @throws SiteUnreachableException when they are not ready in time, or the thread was interrupted; the restart goes on
     */
    public void restart(String namespace, String deployment, Duration timeout) {
        long deadline = ticker.nanoTime() + timeout.toNanos();
        annotate(namespace, deployment, RESTARTED_AT, clock.instant().toString());
        awaitPods(namespace, deployment, timeout, deadline);
    }

    /**
     * The same, unless it was done for this already.
     *
     * @param mark of the write that the pods have to be started with
     */
    void restartFor(String mark, String namespace, String deployment, Duration timeout) {
        long deadline = ticker.nanoTime() + timeout.toNanos();
        ObjectMeta template = get(namespace, deployment).getSpec().getTemplate().getMetadata();
        Map<String, String> annotations = template == null ? null : template.getAnnotations();
        if (annotations == null || !mark.equals(annotations.get(RESTARTED_FOR))) {
            annotate(namespace, deployment, RESTARTED_FOR, mark);
        }
        awaitPods(namespace, deployment, timeout, deadline);
    }

    private void annotate(String namespace, String deployment, String annotation, String value) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.withObject("/spec/template/metadata").putObject("annotations").put(annotation, value);
        int attempts = 0;
        while (!api.patch(get(namespace, deployment), patch)) {
            if (++attempts == ATTEMPTS) {
                throw new UnsafeToProceedException("Deployment " + deployment + " in namespace " + namespace
                        + " was not restarted, for somebody else wrote to it each time: look at who does.");
            }
        }
        LOG.info("Restarting Deployment {} in namespace {}", deployment, namespace);
    }

    private void awaitPods(String namespace, String deployment, Duration timeout, long deadline) {
        while (!isRolledOut(get(namespace, deployment))) {
            long left = deadline - ticker.nanoTime();
            if (left <= 0) {
                throw new SiteUnreachableException("The new pods of Deployment " + deployment + " in namespace "
                        + namespace + " are not ready after " + timeout.toSeconds() + " s; look at them.");
            }
            pause(Math.min(left, PAUSE.toNanos()));
        }
    }

    private Deployment get(String namespace, String deployment) {
        Deployment found = api.get(Deployment.class, namespace, deployment);
        if (found == null) {
            throw new UnsafeToProceedException("There is no Deployment " + deployment + " in namespace " + namespace
                    + " to restart: name another.");
        }
        return found;
    }

    /** As {@code kubectl rollout status} tells it. */
    private static boolean isRolledOut(Deployment deployment) {
        DeploymentStatus status = deployment.getStatus();
        long wanted = Objects.requireNonNullElse(deployment.getSpec().getReplicas(), 1);
        return status != null
                && zeroIfNone(status.getObservedGeneration())
                        >= zeroIfNone(deployment.getMetadata().getGeneration())
                && zeroIfNone(status.getUpdatedReplicas()) >= wanted
                && zeroIfNone(status.getReplicas()) <= zeroIfNone(status.getUpdatedReplicas())
                && zeroIfNone(status.getAvailableReplicas()) >= wanted;
    }

    private static long zeroIfNone(@Nullable Number number) {
        return number == null ? 0 : number.longValue();
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
