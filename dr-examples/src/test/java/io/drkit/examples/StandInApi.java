package io.drkit.examples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * As much of a Kubernetes API server as the command line's tests need, for there is none here: objects by their path, read, replaced and merged, with a
 * resourceVersion. dr-kubernetes' own tests have better ones.
 */
final class StandInApi implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, ObjectNode> objects = new ConcurrentHashMap<>();
    private final HttpServer server;
    private int version = 1;

    StandInApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    /** Writes a kubeconfig that leads here. */
    void kubeconfig(Path file) throws IOException {
        Files.writeString(file, """
                apiVersion: v1
                kind: Config
                current-context: here
                contexts: [{name: here, context: {cluster: here, user: me}}]
                clusters: [{name: here, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: me, user: {}}]
                """.formatted(server.getAddress().getPort()));
    }

    synchronized void put(String path, String json) {
        try {
            ObjectNode object = (ObjectNode) JSON.readTree(json);
            object.withObject("/metadata").put("resourceVersion", String.valueOf(version++));
            objects.put(path, object);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    synchronized JsonNode get(String path) {
        return objects.getOrDefault(path, JSON.createObjectNode());
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        JsonNode body = JSON.readTree(exchange.getRequestBody());
        ObjectNode object = objects.get(path);
        if (path.equals("/version")) {
            answer(exchange, 200, JSON.createObjectNode().put("major", "1").put("minor", "32"));
        } else if (object == null) {
            answer(exchange, 404, JSON.createObjectNode().put("kind", "Status").put("code", 404));
        } else if (exchange.getRequestMethod().equals("GET")) {
            answer(exchange, 200, object);
        } else if (!body.at("/metadata/resourceVersion").equals(object.at("/metadata/resourceVersion"))) {
            answer(exchange, 409, JSON.createObjectNode().put("kind", "Status").put("code", 409));
        } else {
            ObjectNode changed = object.deepCopy();
            merge(changed, (ObjectNode) body);
            put(path, changed.toString());
            answer(exchange, 200, get(path));
        }
    }

    private static void merge(ObjectNode into, ObjectNode patch) {
        patch.properties().forEach(field -> {
            if (field.getValue() instanceof ObjectNode inner && into.get(field.getKey()) instanceof ObjectNode outer) {
                merge(outer, inner);
            } else {
                into.set(field.getKey(), field.getValue());
            }
        });
    }

    private static void answer(HttpExchange exchange, int code, JsonNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
