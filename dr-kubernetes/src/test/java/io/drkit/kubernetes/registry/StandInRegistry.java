package io.drkit.kubernetes.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A registry on loopback that has every image for amd64, unless told otherwise. Public, for the tests of modules that build on this one.
 */
public final class StandInRegistry implements AutoCloseable {

    static {
        // Else each answer waits for the acknowledgement of its headers, and so do all others in this JVM.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final String CONFIG = "sha256:" + "c0".repeat(32);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, List<String>> images = new ConcurrentHashMap<>();
    private final AtomicInteger under = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger logins = new AtomicInteger();
    private final HttpServer server;
    private volatile Duration delay = Duration.ZERO;
    private volatile @Nullable String token;
    private volatile String basic = "";

    public StandInRegistry() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Has an image, {@code shop/app:1.4}, for these; for none it does not have it. */
    public StandInRegistry has(String image, String... architectures) {
        images.put(image, List.of(architectures));
        return this;
    }

    StandInRegistry answersAfter(Duration delay) {
        this.delay = delay;
        return this;
    }

    /** Wants a token, which user and password get. */
    public StandInRegistry wantsToken(String user, String password) {
        basic = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        token = "token-of-" + user;
        return this;
    }

    /** How many requests were under way at once, at most. */
    int mostAtOnce() {
        return most.get();
    }

    int logins() {
        return logins.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        most.accumulateAndGet(under.incrementAndGet(), Math::max);
        try {
            Thread.sleep(delay.toMillis());
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/token")) {
                token(exchange);
            } else if (token != null
                    && !("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                String repository = path.replaceFirst("^/v2/(.*)/(?:manifests|blobs)/.*$", "$1");
                exchange.getResponseHeaders()
                        .set(
                                "WWW-Authenticate",
                                "Bearer realm=\"" + url() + "/token\",service=\"stand-in\",scope=\"repository:"
                                        + repository + ":pull\"");
                answer(exchange, 401, "");
            } else {
                image(exchange, path);
            }
        } catch (InterruptedException e) {
            exchange.close();
        } finally {
            under.decrementAndGet();
        }
    }

    private void token(HttpExchange exchange) throws IOException {
        logins.incrementAndGet();
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        boolean known = ("Basic " + basic).equals(exchange.getRequestHeaders().getFirst("Authorization"));
        boolean asked = query.contains("service=stand-in") && query.contains("scope=repository:");
        answer(exchange, known && asked ? 200 : 401, "{\"access_token\": \"" + token + "\"}");
    }

    private void image(HttpExchange exchange, String path) throws IOException {
        if (path.contains("/blobs/")) {
            String image = path.replaceFirst("^/v2/(.*)/blobs/.*$", "$1");
            String architecture = images.entrySet().stream()
                    .filter(known -> known.getKey().startsWith(image + ":")
                            && known.getValue().size() == 1)
                    .map(known -> known.getValue().get(0))
                    .findFirst()
                    .orElse("amd64");
            answer(exchange, 200, "{\"architecture\": \"" + architecture + "\", \"os\": \"linux\"}");
            return;
        }
        List<String> has =
                images.getOrDefault(path.replaceFirst("^/v2/(.*)/manifests/(.*)$", "$1:$2"), List.of("amd64"));
        if (has.isEmpty()) {
            answer(exchange, 404, "{\"errors\": [{\"code\": \"MANIFEST_UNKNOWN\"}]}");
        } else {
            answer(exchange, 200, has.size() == 1 ? manifest() : index(has));
        }
    }

    private static String manifest() {
        return "{\"schemaVersion\": 2, \"config\": {\"digest\": \"" + CONFIG + "\"}, \"layers\": []}";
    }

    private static String index(List<String> architectures) {
        List<String> entries = new ArrayList<>();
        architectures.forEach(architecture ->
                entries.add("{\"platform\": {\"os\": \"linux\", \"architecture\": \"" + architecture + "\"}}"));
        entries.add("{\"platform\": {\"os\": \"unknown\", \"architecture\": \"unknown\"}}");
        return "{\"schemaVersion\": 2, \"manifests\": [" + String.join(",", entries) + "]}";
    }

    private static void answer(HttpExchange exchange, int code, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        boolean none = bytes.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(code, none ? -1 : bytes.length);
        if (!none) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
