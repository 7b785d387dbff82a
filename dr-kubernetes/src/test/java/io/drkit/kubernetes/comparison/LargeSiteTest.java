package io.drkit.kubernetes.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.drkit.comparison.SiteFacts;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A site with 5,000 pods of 40 KB each, 200 MB in all, is looked at by a JVM that has 64 MB. */
class LargeSiteTest {

    private static final int PODS = 5_000;
    private static final int BYTES_EACH = 40_000;

    @Test
    void five_thousand_objects_are_read_in_bounded_memory() throws IOException, InterruptedException {
        AtomicInteger pages = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> answer(exchange, pages));
        server.start();
        try {
            Process looking = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Looking.class.getName(),
                            "http://127.0.0.1:" + server.getAddress().getPort())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(looking.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(looking.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(said).endsWith("images: " + PODS / 100 + "\n");
            assertThat(pages.get()).isEqualTo(PODS / (int) Pages.PAGE);
        } finally {
            server.stop(0);
        }
    }

    /** The process that has little memory. */
    static final class Looking {

        private Looking() {}

        public static void main(String[] arguments) {
            try (KubernetesClient client = new KubernetesClientBuilder()
                    .withConfig(new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                            .withMasterUrl(arguments[0])
                            .withRequestTimeout(30_000)
                            .build())
                    .build()) {
                SiteFacts facts = SiteFacts.gather(
                        "large", "clock-1", Clock.systemUTC(), List.of(new KubernetesFactSource(client)));
                System.out.println("images: " + facts.images().map(List::size).get());
            }
        }
    }

    private static void answer(HttpExchange exchange, AtomicInteger pages) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        String body = "{\"items\": []}";
        if (path.equals("/version")) {
            body = "{\"major\": \"1\", \"minor\": \"30\", \"gitVersion\": \"v1.30.4\"}";
        } else if (path.equals("/api/v1/pods")) {
            pages.incrementAndGet();
            int limit = Integer.parseInt(query.replaceFirst(".*limit=(\\d+).*", "$1"));
            int from =
                    query.contains("continue=") ? Integer.parseInt(query.replaceFirst(".*continue=(\\d+).*", "$1")) : 0;
            body = page(from, Math.min(PODS, from + limit));
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static String page(int from, int to) {
        String padding = "x".repeat(BYTES_EACH);
        StringBuilder page = new StringBuilder(
                        "{\"kind\": \"PodList\", \"apiVersion\": \"v1\", \"metadata\": {\"continue\": \"")
                .append(to == PODS ? "" : Integer.toString(to))
                .append("\"}, \"items\": [");
        for (int i = from; i < to; i++) {
            page.append(i == from ? "" : ",")
                    .append("{\"metadata\": {\"name\": \"pod-")
                    .append(i)
                    .append("\", \"annotations\": {\"padding\": \"")
                    .append(padding)
                    .append(
                            "\"}}, \"spec\": {\"containers\": [{\"name\": \"a\", \"image\": \"registry.example.com/app:")
                    .append(i % (PODS / 100))
                    .append("\"}]}}");
        }
        return page.append("]}").toString();
    }
}
