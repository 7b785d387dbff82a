package io.drkit.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Stands between a client and an API server without TLS, and does to each request what a test says. */
public final class FaultyApi implements AutoCloseable {

    /** What becomes of a request. */
    public enum Fate {
        /** It reaches the server, and its answer the client. */
        PASS,
        /** It does not reach the server; the connection ends. */
        LOST,
        /** It reaches the server; the connection ends before the answer. */
        ANSWER_LOST,
        /** It does not reach the server, and nothing comes back until this is closed. */
        SILENCE,
        UNAUTHORIZED,
        FORBIDDEN,
        BROKEN
    }

    /** Says what becomes of a request; called once for each, in their order. */
    public interface Rule {
        /** @param number counts requests from 0 since the rule was set */
        Fate of(int number, String method, String path);
    }

    static {
        // Otherwise each answer is held back for 40 ms, for Nagle's algorithm waits for an acknowledgement that is
        // delayed.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient onward =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger requests = new AtomicInteger();
    private final URI server;
    private final HttpServer proxy;
    private final Map<String, Supplier<String>> served = new ConcurrentHashMap<>();
    private volatile String lastDeletion = "";
    private volatile Rule rule = (number, method, path) -> Fate.PASS;

    public FaultyApi(KubernetesSite site) {
        server = URI.create(site.config().getMasterUrl());
        try {
            proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        proxy.createContext("/", this::handle);
        proxy.setExecutor(threads);
        proxy.start();
    }

    /** A client whose requests come here, which the caller closes. */
    public KubernetesClient client(int timeoutMillis) {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl(url())
                .withRequestTimeout(timeoutMillis)
                .withConnectionTimeout(timeoutMillis)
                .withRequestRetryBackoffLimit(0)
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** Writes a kubeconfig by which a program comes here, and returns it. Its one context is {@code faulty}. */
    public Path kubeconfig(Path file) {
        try {
            return Files.writeString(file, """
                    apiVersion: v1
                    kind: Config
                    clusters: [{name: faulty, cluster: {server: "%s"}}]
                    users: [{name: drkit, user: {}}]
                    contexts: [{name: faulty, context: {cluster: faulty, user: drkit}}]
                    current-context: faulty
                    """.formatted(url()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return "http://" + proxy.getAddress().getAddress().getHostAddress() + ":"
                + proxy.getAddress().getPort();
    }

    public void rule(Rule rule) {
        this.rule = rule;
        requests.set(0);
    }

    /** Answers GETs of a path with JSON instead of the server, which does not have it. */
    public void serve(String path, Supplier<String> json) {
        served.put(path, json);
    }

    public void heal() {
        rule((number, method, path) -> Fate.PASS);
    }

    /** The body of the last DELETE: the mock server does not heed the options in it. */
    public String lastDeletion() {
        return lastDeletion;
    }

    public int requests() {
        return requests.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (method.equals("DELETE")) {
            lastDeletion = new String(body, StandardCharsets.UTF_8);
        }
        Fate fate = rule.of(requests.getAndIncrement(), method, path);
        try {
            switch (fate) {
                case LOST -> exchange.close();
                case SILENCE -> {
                    closed.await();
                    exchange.close();
                }
                case UNAUTHORIZED -> answer(exchange, 401, status(401, "Unauthorized"));
                case FORBIDDEN -> answer(exchange, 403, status(403, "RBAC: said no"));
                case BROKEN -> answer(exchange, 500, status(500, "etcdserver: request timed out"));
                case PASS, ANSWER_LOST -> {
                    Supplier<String> own = served.get(path);
                    if (own != null && fate == Fate.PASS) {
                        answer(exchange, 200, own.get().getBytes(StandardCharsets.UTF_8));
                        return;
                    }
                    HttpResponse<byte[]> response = pass(exchange, method, body);
                    if (fate == Fate.ANSWER_LOST) {
                        exchange.close();
                    } else {
                        answer(exchange, response.statusCode(), response.body());
                    }
                }
            }
        } catch (InterruptedException e) {
            exchange.close();
        }
    }

    private HttpResponse<byte[]> pass(HttpExchange exchange, String method, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(exchange.getRequestURI()))
                .method(method, body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type != null) {
            request.header("Content-Type", type);
        }
        return onward.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static void answer(HttpExchange exchange, int code, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static byte[] status(int code, String message) {
        return ("{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":" + code + ",\"message\":\""
                        + message + "\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        closed.countDown();
        proxy.stop(0);
        threads.shutdownNow();
    }
}
