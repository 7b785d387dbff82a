package io.drkit.kubernetes.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.comparison.ImageAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A site's registry, asked by its HTTP API v2 whether it has images, without pulling any. Each image has a deadline of its own; one that fails is unknown,
 * with the reason, and the others go on. Thread-safe.
 */
public final class Registry {

    /** Of an image for one processor, and of an index of several; without them a registry converts to what nobody runs any more. */
    private static final String MANIFESTS = String.join(
            ", ",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json",
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final RegistryConnection connection;
    private final RegistryLogin login;
    private final HttpClient client;

    /** @throws IllegalArgumentException when the authority's file cannot be read */
    public Registry(RegistryConnection connection) {
        this.connection = connection;
        this.login = new RegistryLogin(connection);
        HttpClient.Builder builder = HttpClient.newBuilder()
                .connectTimeout(connection.deadline())
                // By hand, for whoever keeps a blob must not be sent our credentials.
                .followRedirects(HttpClient.Redirect.NEVER);
        Path authority = connection.authority();
        if (authority != null) {
            builder.sslContext(trusting(authority));
        }
        this.client = builder.build();
    }

    /** Looks for images, several at a time. When the calling thread is interrupted, the rest is unknown, and it stays interrupted. */
    public Map<String, ImageAnswer> look(Collection<String> images) {
        ExecutorService threads = Executors.newFixedThreadPool(connection.parallel(), work -> {
            Thread thread = new Thread(work, "drkit-registry");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Map<String, Future<ImageAnswer>> running = new TreeMap<>();
            images.forEach(image -> running.put(image, threads.submit(() -> look(image))));
            Map<String, ImageAnswer> answers = new TreeMap<>();
            running.forEach((image, answer) -> answers.put(image, await(answer)));
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    private static ImageAnswer await(Future<ImageAnswer> answer) {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ImageAnswer.unknown("the search was interrupted");
        } catch (ExecutionException e) {
            return ImageAnswer.unknown("looking failed: " + RegistryFaults.reason(e.getCause()));
        }
    }

    /** Looks for one image. */
    public ImageAnswer look(String image) {
        try {
            ImageReference reference = ImageReference.parse(image);
            if (!connection.serves(reference)) {
                return ImageAnswer.unknown(connection + " does not stand for " + reference.host());
            }
            return new Look(reference, new RegistryRequests(client, connection)).answer();
        } catch (IllegalArgumentException e) {
            return ImageAnswer.unknown("its name is none that a registry could be asked for");
        } catch (IOException e) {
            return ImageAnswer.unknown(String.valueOf(e.getMessage()));
        }
    }

    /** The requests for one image. */
    private final class Look {

        private final ImageReference image;
        private final RegistryRequests requests;

        Look(ImageReference image, RegistryRequests requests) {
            this.image = image;
            this.requests = requests;
        }

        ImageAnswer answer() throws IOException {
            String path = "manifests/" + image.reference();
            HttpResponse<byte[]> manifest = send(path, MANIFESTS);
            return switch (manifest.statusCode()) {
                case 200 -> ImageAnswer.present(architectures(manifest.body()));
                case 404 -> ImageAnswer.absent();
                default -> unexpected(manifest.statusCode());
            };
        }

        private ImageAnswer unexpected(int status) {
            return ImageAnswer.unknown(
                    status == 401 || status == 403
                            ? connection + " does not let us look (" + status + "): check its user and password"
                            : connection + " answered with " + status);
        }

        /** An index lists them; of an image for one processor its configuration tells. */
        private List<String> architectures(byte[] body) throws IOException {
            JsonNode manifest = parse(body);
            List<String> architectures = new ArrayList<>();
            for (JsonNode entry : manifest.path("manifests")) {
                String architecture =
                        entry.path("platform").path("architecture").asText("");
                // Attestations of BuildKit's are entries for no processor.
                if (!architecture.isEmpty() && !architecture.equals("unknown")) {
                    architectures.add(architecture);
                }
            }
            String config = manifest.path("config").path("digest").asText("");
            if (!manifest.has("manifests") && config.matches("[A-Za-z0-9+._-]+:[0-9A-Fa-f]{32,}")) {
                architectures.addAll(ofConfiguration(config));
            }
            return architectures;
        }

        /** None when it is kept elsewhere: that the image is there is known. */
        private List<String> ofConfiguration(String digest) throws IOException {
            HttpResponse<byte[]> config = send("blobs/" + digest, "*/*");
            Optional<String> elsewhere = config.headers().firstValue("Location");
            if (config.statusCode() / 100 == 3 && elsewhere.isPresent()) {
                config = requests.send(redirected(elsewhere.get()));
            }
            if (config.statusCode() != 200) {
                return List.of();
            }
            String architecture = parse(config.body()).path("architecture").asText("");
            return architecture.isEmpty() ? List.of() : List.of(architecture);
        }

        /** Without our credentials, which are the registry's alone to see. */
        private HttpRequest.Builder redirected(String location) throws RegistryException {
            try {
                return HttpRequest.newBuilder(connection.url().resolve(location));
            } catch (IllegalArgumentException e) {
                throw new RegistryException(connection + " sends us to an address that is none.");
            }
        }

        private HttpResponse<byte[]> send(String path, String accept) throws IOException {
            HttpResponse<byte[]> response = send(path, accept, login.known(image.repository()));
            if (response.statusCode() != 401) {
                return response;
            }
            Optional<Challenge> challenge = Challenge.of(response.headers().allValues("WWW-Authenticate"));
            return challenge.isEmpty()
                    ? response
                    : send(path, accept, Optional.of(login.answer(challenge.get(), image.repository(), requests)));
        }

        private HttpResponse<byte[]> send(String path, String accept, Optional<String> authorization)
                throws IOException {
            String base = connection.url().toString().replaceFirst("/+$", "");
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(base + "/v2/" + image.repository() + "/" + path))
                    .header("Accept", accept);
            authorization.ifPresent(header -> request.header("Authorization", header));
            return requests.send(request);
        }

        private JsonNode parse(byte[] body) throws RegistryException {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new RegistryException(connection + " gave a manifest that cannot be read.");
            }
        }
    }

    private static SSLContext trusting(Path authority) {
        try (InputStream in = Files.newInputStream(authority)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int i = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + i++, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "Cannot read the authorities in " + authority + ": a PEM file is expected.", e);
        }
    }
}
