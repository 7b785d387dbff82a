package io.drkit.kubernetes.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.drkit.comparison.ImageAnswer;
import io.drkit.comparison.ImageAnswer.Presence;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What registries do that are not the plain one. */
class RegistryQuirksTest {

    static {
        // Else each answer waits for the acknowledgement of its headers, and so do all others in this JVM.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final String MANIFEST =
            "{\"schemaVersion\": 2, \"config\": {\"digest\": \"sha256:" + "c0".repeat(32) + "\"}}";

    private final List<HttpServer> servers = new ArrayList<>();
    private final List<String> seenElsewhere = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    @Test
    void where_a_blob_is_kept_elsewhere_our_credentials_are_not_sent_there() throws IOException {
        String elsewhere = serve(exchange -> {
            seenElsewhere.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            answer(exchange, 200, "{\"architecture\": \"arm64\"}");
        });
        assertThat(look(elsewhere + "/blob").architectures()).containsExactly("arm64");
        assertThat(seenElsewhere).containsExactly("null");
    }

    @Test
    void where_a_blob_is_kept_nowhere_that_can_be_asked_the_registry_is_told_of() throws IOException {
        assertThat(look("no address at all").because()).contains("sends us to an address that is none");
        assertThat(look("ftp://127.0.0.1/x").because()).contains("sends us to an address that is none");
    }

    @Test
    void one_that_knows_no_head_is_asked_all_the_same() throws IOException {
        Registry registry = registry(exchange -> answer(
                exchange,
                exchange.getRequestMethod().equals("HEAD") ? 405 : 200,
                "{\"manifests\": [{\"platform\": {\"architecture\": \"amd64\"}}]}"));
        assertThat(registry.look("a/b:1")).isEqualTo(ImageAnswer.present(List.of("amd64")));
    }

    @Test
    void one_that_has_had_enough_leaves_it_unknown() throws IOException {
        ImageAnswer answer = registry(exchange -> answer(exchange, 429, "")).look("a/b:1");
        assertThat(answer.presence()).isEqualTo(Presence.UNKNOWN);
        assertThat(answer.because()).contains("429");
    }

    private ImageAnswer look(String location) throws IOException {
        return registry(exchange -> {
                    if (exchange.getRequestHeaders().getFirst("Authorization") == null) {
                        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
                        answer(exchange, 401, "");
                    } else if (exchange.getRequestURI().getPath().contains("/blobs/")) {
                        exchange.getResponseHeaders().set("Location", location);
                        answer(exchange, 307, "");
                    } else {
                        answer(exchange, 200, MANIFEST);
                    }
                })
                .look("a/b:1");
    }

    private Registry registry(HttpHandler handler) throws IOException {
        return new Registry(RegistryConnection.to(URI.create(serve(handler)))
                .user("drkit", "hunter2"::toCharArray)
                .build());
    }

    private String serve(HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", handler);
        server.start();
        servers.add(server);
        return "http://127.0.0.1:" + server.getAddress().getPort();
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
}
