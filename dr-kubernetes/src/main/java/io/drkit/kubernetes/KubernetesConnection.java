package io.drkit.kubernetes;

import io.drkit.SiteUnreachableException;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the API of a site: by a kubeconfig, and nothing else; neither the environment nor a service account's files are looked at. A plugin that
 * the kubeconfig names (exec) is run without a deadline. Shows and logs nothing that the kubeconfig holds but addresses and names.
 *
 * <p>Use its clients, and what is built on them, from threads of your own and not from tasks of the common {@code ForkJoinPool}: the client needs that pool
 * too, and where there are few processors a call then waits for itself until its timeout (seen with two of them, on Java 25).
 *
 * @param context of the kubeconfig; {@code null} is its current one
 * @param requestTimeout of each request, with what is repeated of it; by default 10 s
 * @param connectTimeout of a TCP connection; by default 5 s
 */
public record KubernetesConnection(
        Path kubeconfig, @Nullable String context, Duration requestTimeout, Duration connectTimeout) {

    private static final int REPEATS = 2;

    /** @throws IllegalArgumentException when a timeout is shorter than a millisecond, or longer than an hour */
    public KubernetesConnection {
        for (Duration timeout : new Duration[] {requestTimeout, connectTimeout}) {
            if (timeout.toMillis() < 1 || timeout.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException(
                        "A timeout of the Kubernetes API is a millisecond to an hour, not " + timeout + ".");
            }
        }
    }

    /** Starts the description of a connection. */
    public static Builder by(Path kubeconfig) {
        return new Builder(kubeconfig);
    }

    /**
     * Makes a client, which the caller closes, and sees that it gets in.
     *
     * @throws IllegalArgumentException in one sentence, when the kubeconfig cannot be used: it, its context, or a file that it names is missing
     * @throws SiteUnreachableException in one sentence, when the API server does not answer, shows a certificate that is not to be trusted, or does
     *     not let us in; and when the client certificate has expired
     */
    public KubernetesClient open() {
        Config config = read();
        requireValid(config);
        KubernetesClient client = client(config);
        try {
            client.getKubernetesVersion();
            return client;
        } catch (KubernetesClientException e) {
            // Who may not see the version may have been given what is needed: the first request of use tells.
            if (e.getCode() == 403) {
                return client;
            }
            client.close();
            throw ApiFaults.translate("Kubernetes at " + config.getMasterUrl(), "get", "its version", e);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /**
     * The same without seeing whether it gets in, for a site that may be down: the first request tells.
     *
     * @throws IllegalArgumentException as {@link #open}
     */
    public KubernetesClient openUnseen() {
        return client(read());
    }

    private KubernetesClient client(Config config) {
        config.setRequestTimeout(Math.toIntExact(requestTimeout.toMillis()));
        config.setConnectionTimeout(Math.toIntExact(connectTimeout.toMillis()));
        config.setRequestRetryBackoffLimit(REPEATS);
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }

    private Config read() {
        require(Files.isReadable(kubeconfig) && Files.isRegularFile(kubeconfig), "does not exist or cannot be read");
        Config config;
        Set<String> clusters;
        try {
            clusters = new KubernetesSerialization()
                            .unmarshal(Files.readString(kubeconfig), io.fabric8.kubernetes.api.model.Config.class)
                            .getClusters()
                            .stream()
                            .map(NamedCluster::getName)
                            .collect(Collectors.toSet());
            config = Config.fromKubeconfig(context, kubeconfig.toFile());
        } catch (RuntimeException | IOException e) {
            // Without the cause: a parser's message repeats what it could not parse, which may be a secret.
            throw new IllegalArgumentException("The kubeconfig " + kubeconfig + " cannot be understood: is it one?");
        }
        String known = config.getContexts().stream()
                .map(NamedContext::getName)
                .sorted()
                .collect(Collectors.joining(", "));
        NamedContext current = config.getCurrentContext();
        if (context != null) {
            require(
                    current != null && context.equals(current.getName()),
                    "has no context " + context + "; it has " + (known.isEmpty() ? "none" : known));
        }
        require(
                current != null,
                "names no current context" + (known.isEmpty() ? ", and has none" : ": choose one of " + known));
        String cluster = current.getContext().getCluster();
        require(clusters.contains(cluster), "has no cluster " + cluster + ", which its context names");
        requireReadable("authority", config.getCaCertFile());
        requireReadable("client certificate", config.getClientCertFile());
        requireReadable("client key", config.getClientKeyFile());
        return config;
    }

    private void requireValid(Config config) {
        byte[] pem;
        try {
            if (config.getClientCertData() != null) {
                pem = Base64.getMimeDecoder().decode(config.getClientCertData());
            } else if (config.getClientCertFile() != null) {
                pem = Files.readAllBytes(Path.of(config.getClientCertFile()));
            } else {
                return;
            }
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
            Instant end = certificate.getNotAfter().toInstant();
            if (end.isBefore(Instant.now())) {
                throw new SiteUnreachableException("The client certificate of the kubeconfig " + kubeconfig
                        + " expired at " + end + ": have " + config.getMasterUrl() + " issue a new one.");
            }
        } catch (IOException | CertificateException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The kubeconfig " + kubeconfig + " has a client certificate that cannot be understood.");
        }
    }

    private void requireReadable(String what, @Nullable String file) {
        require(
                file == null || Files.isReadable(Path.of(file)),
                "names as " + what + " the file " + file + ", which does not exist or cannot be read");
    }

    private void require(boolean condition, String reason) {
        if (!condition) {
            throw new IllegalArgumentException("The kubeconfig " + kubeconfig + " " + reason + ".");
        }
    }

    /** Collects the options of a {@link KubernetesConnection}. Not thread-safe. */
    public static final class Builder {

        private final Path kubeconfig;
        private @Nullable String context;
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration connectTimeout = Duration.ofSeconds(5);

        private Builder(Path kubeconfig) {
            this.kubeconfig = kubeconfig;
        }

        /** Which context of the kubeconfig; by default its current one. */
        public Builder context(String context) {
            this.context = context;
            return this;
        }

        /** How long a request may take; by default 10 s. */
        public Builder requestTimeout(Duration requestTimeout) {
            this.requestTimeout = requestTimeout;
            return this;
        }

        /** How long it may take to connect; by default 5 s. */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = connectTimeout;
            return this;
        }

        /** @throws IllegalArgumentException when a timeout makes no sense */
        public KubernetesConnection build() {
            return new KubernetesConnection(kubeconfig, context, requestTimeout, connectTimeout);
        }
    }
}
