package io.drkit.kubernetes.dns;

import io.drkit.DrException;
import io.drkit.dns.DnsAnswer;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsVantage;
import io.drkit.dns.RecordType;
import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.dsl.ExecListener;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a pod in a cluster sees of names: {@code nslookup} is run in a ready pod of a Deployment, through the API. It goes the way that workloads go, by the
 * pod's {@code resolv.conf}, the cluster's name server and whatever that asks and keeps. The right to create {@code pods/exec} is needed. Thread-safe.
 */
public final class PodVantage implements DnsVantage, AutoCloseable {

    private static final int SAID_AT_MOST = 160;

    private final String name;
    private final Supplier<KubernetesClient> opening;
    private final boolean owned;
    private final PodPlace place;
    private final Duration timeout;
    private @Nullable SiteApi opened;

    private PodVantage(
            String name, Supplier<KubernetesClient> opening, boolean owned, PodPlace place, Duration timeout) {
        this.name = name;
        this.opening = opening;
        this.owned = owned;
        this.place = place;
        this.timeout = timeout;
    }

    /**
     * Connects to nothing yet.
     *
     * @param client has a request timeout, and is not closed
     * @param timeout of one question
     */
    public PodVantage(KubernetesClient client, PodPlace place, Duration timeout) {
        this(place + " of " + new SiteApi(client).name(), () -> client, false, place, timeout);
    }

    /**
     * By a connection of its own, which is opened with the first question, so that a cluster that is down is one of the answers.
     *
     * @param cluster its name, for reports
     */
    public static PodVantage by(KubernetesConnection connection, String cluster, PodPlace place, Duration timeout) {
        return new PodVantage(place + " of " + cluster, connection::open, true, place, timeout);
    }

    private synchronized SiteApi api() {
        if (opened == null) {
            opened = new SiteApi(opening.get());
        }
        return opened;
    }

    /** Closes the connection if it is its own. Idempotent. */
    @Override
    public synchronized void close() {
        if (owned && opened != null) {
            opened.client().close();
            opened = null;
        }
    }

    @Override
    public Kind kind() {
        return Kind.CLUSTER;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DnsAnswer ask(DnsName name, RecordType type) throws InterruptedException {
        try {
            Pod pod = pod();
            return pod == null
                    ? new DnsAnswer.None("no pod of it is ready", true)
                    : run(pod, Nslookup.command(name, type), name, type);
        } catch (DrException | KubernetesClientException e) {
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            return new DnsAnswer.None(String.valueOf(e.getMessage()), true);
        }
    }

    private @Nullable Pod pod() {
        Deployment deployment = api().get(Deployment.class, place.namespace(), place.deployment());
        if (deployment == null) {
            return null;
        }
        LabelSelector selector = deployment.getSpec().getSelector();
        return api()
                .list(
                        "pods",
                        place.namespace(),
                        api().client().pods().inNamespace(place.namespace()).withLabelSelector(selector))
                .stream()
                .filter(PodVantage::isReady)
                .min((a, b) ->
                        a.getMetadata().getName().compareTo(b.getMetadata().getName()))
                .orElse(null);
    }

    private static boolean isReady(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null
                && pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
    }

    /** How a command ended. */
    private record Ended(int code, @Nullable Status status) {}

    private DnsAnswer run(Pod pod, String[] command, DnsName name, RecordType type) throws InterruptedException {
        CompletableFuture<Ended> ended = new CompletableFuture<>();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        var resource = api().client()
                .pods()
                .inNamespace(place.namespace())
                .withName(pod.getMetadata().getName());
        ContainerResource container = place.container() == null ? resource : resource.inContainer(place.container());
        try (ExecWatch exec = api().ask(
                        "create",
                        "pods/exec of " + pod.getMetadata().getName() + " in namespace " + place.namespace(),
                        () -> container
                                .writingOutput(printed)
                                .writingError(printed)
                                .usingListener(listener(ended))
                                .exec(command))) {
            Ended end = ended.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            exec.exitCode().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return answer(end, printed.toString(StandardCharsets.UTF_8), name, type);
        } catch (TimeoutException e) {
            return new DnsAnswer.None("no answer within " + timeout.toSeconds() + " s", true);
        } catch (ExecutionException e) {
            return new DnsAnswer.None("nslookup could not be run there: " + oneLine(e.getCause()), true);
        }
    }

    private DnsAnswer answer(Ended end, String printed, DnsName name, RecordType type) {
        String said = end.status == null ? "" : Objects.requireNonNullElse(end.status.getMessage(), "");
        boolean missing = end.code == 126
                || end.code == 127
                || said.contains("executable file not found")
                || said.contains("no such file or directory");
        if (missing) {
            return new DnsAnswer.None("it has no nslookup: choose a Deployment whose image has it", true);
        }
        if (printed.isBlank() && !said.isEmpty()) {
            return new DnsAnswer.None("nslookup could not be run there: " + oneLine(said), true);
        }
        return Nslookup.read(printed, name, type, end.code, timeout);
    }

    private static ExecListener listener(CompletableFuture<Ended> ended) {
        return new ExecListener() {
            @Override
            public void onExit(int code, Status status) {
                ended.complete(new Ended(code, status));
            }

            @Override
            public void onFailure(Throwable failure, Response response) {
                ended.completeExceptionally(failure);
            }

            @Override
            public void onClose(int code, String reason) {
                ended.complete(new Ended(-1, null));
            }
        };
    }

    private static String oneLine(@Nullable Object said) {
        String line = String.valueOf(said instanceof Throwable failure ? failure.getMessage() : said)
                .replaceAll("\\s+", " ")
                .strip();
        return line.length() <= SAID_AT_MOST ? line : line.substring(0, SAID_AT_MOST) + "...";
    }
}
