package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.drkit.kubernetes.KubernetesSite;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An API server in memory, where the real thing cannot run, and fabric8's mock server neither tells what it serves nor gives lists in pages: discovery, pages
 * with continue tokens, namespaces that must exist, definitions that are served only after a while, conflicts by resourceVersion, and what a cluster gives
 * objects ({@link Admission}). Objects are by their path in the API.
 */
public final class InMemoryApi implements AutoCloseable {

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final NavigableMap<String, ObjectNode> objects = new TreeMap<>();
    private final Map<String, Integer> looksUntilEstablished = new HashMap<>();
    private final Set<String> down = ConcurrentHashMap.newKeySet();
    private final List<String> writes = new ArrayList<>();
    private Predicate<ObjectNode> refused = object -> false;
    private int refusal = 422;
    private boolean expireOnce;
    private int compactions;
    private int largestPage;
    private int version = 1000;

    public InMemoryApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
        create("/api/v1/namespaces", object("v1", "Namespace", null, "kube-system"));
        create("/api/v1/namespaces", object("v1", "Namespace", null, "default"));
        writes.clear();
    }

    KubernetesSite site() {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl(url())
                .withRequestTimeout(10_000)
                .withRequestRetryBackoffLimit(0)
                .build();
        return new KubernetesSite("an API server in memory", false, config);
    }

    KubernetesClient client() {
        return site().client();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Writes a kubeconfig that leads here. */
    public void kubeconfig(Path file) throws IOException {
        Files.writeString(file, """
                apiVersion: v1
                kind: Config
                current-context: here
                contexts: [{name: here, context: {cluster: here, user: me}}]
                clusters: [{name: here, cluster: {server: "%s"}}]
                users: [{name: me, user: {}}]
                """.formatted(url()));
    }

    /** Stores an object as it is, as etcd held it. */
    public synchronized void load(ObjectNode object) {
        Served type = type(object);
        objects.put(path(type, object), object);
        looksUntilEstablished.put(path(type, object), 0);
    }

    /** Creates an object as a client does. */
    public synchronized void create(ObjectNode object) {
        create(collection(type(object), object), object.deepCopy());
    }

    /** What is at a path; a missing node when nothing is. */
    public synchronized JsonNode get(String path) {
        ObjectNode object = objects.get(path);
        return object == null ? JSON.missingNode() : object.deepCopy();
    }

    /** Changes an object behind everyone's back. */
    synchronized void put(String path, ObjectNode object) {
        ((ObjectNode) object.path("metadata")).put("resourceVersion", String.valueOf(++version));
        objects.put(path, object);
    }

    synchronized void remove(String path) {
        objects.remove(path);
    }

    /** Method and path of each write that was done, since the start. */
    public synchronized List<String> writes() {
        return List.copyOf(writes);
    }

    synchronized void refuse(Predicate<ObjectNode> which) {
        refuse(422, which);
    }

    synchronized void refuse(int code, Predicate<ObjectNode> which) {
        refusal = code;
        refused = which;
    }

    /** The next request for a further page is told that its revision is gone, and where to go on. */
    synchronized void expireOnce() {
        expireOnce = true;
    }

    /** Answers 503 for a group's version, as an aggregated API server that is down. */
    void takeDown(String groupVersion) {
        down.add(groupVersion);
    }

    synchronized int largestPage() {
        return largestPage;
    }

    static ObjectNode object(String apiVersion, String kind, @Nullable String namespace, String name) {
        ObjectNode object =
                JSON.createObjectNode().put("apiVersion", apiVersion).put("kind", kind);
        ObjectNode metadata = object.putObject("metadata").put("name", name);
        if (namespace != null) {
            metadata.put("namespace", namespace);
        }
        return object;
    }

    private List<Served> served() {
        List<Served> all = new ArrayList<>(BuiltIn.SERVED.stream()
                .map(each -> new Served(
                        each.get(0), each.get(1), each.get(2), each.get(3).equals("true")))
                .toList());
        objects.subMap(DEFINITIONS, DEFINITIONS + Character.MAX_VALUE).forEach((path, object) -> {
            if (looksUntilEstablished.getOrDefault(path, 0) <= 0) {
                JsonNode spec = object.path("spec");
                for (JsonNode each : spec.path("versions")) {
                    all.add(new Served(
                            spec.path("group").asText() + "/"
                                    + each.path("name").asText(),
                            spec.path("names").path("plural").asText(),
                            spec.path("names").path("kind").asText(),
                            spec.path("scope").asText().equals("Namespaced")));
                }
            }
        });
        return all;
    }

    private Served type(ObjectNode object) {
        return served().stream()
                .filter(each ->
                        each.apiVersion().equals(object.path("apiVersion").asText())
                                && each.kind().equals(object.path("kind").asText()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not served here: " + object));
    }

    private static String collection(Served type, ObjectNode object) {
        JsonNode namespace = object.path("metadata").path("namespace");
        return type.path(type.namespaced() ? namespace.asText() : null);
    }

    private static String path(Served type, ObjectNode object) {
        return collection(type, object) + "/"
                + object.path("metadata").path("name").asText();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        Map<String, String> query = new HashMap<>();
        String raw = exchange.getRequestURI().getRawQuery();
        for (String each : raw == null ? new String[0] : raw.split("&", -1)) {
            String[] pair = each.split("=", 2);
            query.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
        }
        JsonNode answer;
        try {
            answer = answer(method, path, query, body);
        } catch (Refusal e) {
            answer = e.status;
        } catch (RuntimeException e) {
            answer = new Refusal(500, String.valueOf(e)).status;
        }
        byte[] bytes = JSON.writeValueAsBytes(answer);
        boolean failure = answer.path("kind").asText().equals("Status");
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(failure ? answer.path("code").asInt() : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private synchronized JsonNode answer(String method, String path, Map<String, String> query, byte[] body)
            throws IOException {
        if (path.equals("/version")) {
            return JSON.createObjectNode().put("major", "1").put("minor", "36").put("gitVersion", "v1.36.0");
        }
        if (path.equals("/apis")) {
            return Served.groups(served(), down);
        }
        String version = path.replaceFirst("^/apis?/", "");
        if (down.contains(version)) {
            throw new Refusal(503, "the server is currently unable to handle the request");
        }
        JsonNode resources = Served.resources(served(), version);
        if (!resources.isEmpty()) {
            return JSON.createObjectNode().put("kind", "APIResourceList").set("resources", resources);
        }
        if (!method.equals("GET") && !"Strict".equals(query.get("fieldValidation"))) {
            throw new Refusal(400, "a client that lets fields be dropped unseen");
        }
        ObjectNode there = objects.get(path);
        return switch (method) {
            case "GET" -> there == null ? list(path, query) : found(path, there);
            case "POST" -> create(path, (ObjectNode) JSON.readTree(body));
            case "PUT" -> replace(path, (ObjectNode) JSON.readTree(body));
            default -> throw new Refusal(405, "not here");
        };
    }

    private ObjectNode found(String path, ObjectNode object) {
        if (looksUntilEstablished.merge(path, -1, Integer::sum) == 0 && path.contains("/customresourcedefinitions/")) {
            establish(object);
        }
        return object;
    }

    private static void establish(ObjectNode definition) {
        definition
                .withObject("/status")
                .withArray("conditions")
                .addObject()
                .put("type", "Established")
                .put("status", "True");
    }

    private Served collectionType(String path) {
        return served().stream()
                .filter(each -> path.equals(each.path(null))
                        || (each.namespaced()
                                && path.startsWith(each.path("x").replaceFirst("x/.*", ""))
                                && path.endsWith("/" + each.plural())
                                && path.split("/", -1).length == each.path("x").split("/", -1).length))
                .findFirst()
                .orElseThrow(() -> new Refusal(404, "the server could not find the requested resource"));
    }

    private JsonNode list(String path, Map<String, String> query) {
        Served type = collectionType(path);
        String token = query.getOrDefault("continue", compactions + "|" + path + "/");
        String from = token.substring(token.indexOf('|') + 1);
        if (query.containsKey("continue") && expireOnce) {
            expireOnce = false;
            compactions++;
        }
        if (!token.startsWith(compactions + "|")) {
            Refusal gone = new Refusal(410, "The provided continue parameter is too old");
            gone.status.putObject("metadata").put("continue", compactions + "|" + from);
            throw gone;
        }
        int limit = Integer.parseInt(query.getOrDefault("limit", String.valueOf(Integer.MAX_VALUE)));
        ObjectNode list =
                JSON.createObjectNode().put("kind", type.kind() + "List").put("apiVersion", type.apiVersion());
        ArrayNode items = list.putArray("items");
        for (Map.Entry<String, ObjectNode> each : objects.tailMap(from, false).entrySet()) {
            if (!each.getKey().startsWith(path + "/")) {
                break;
            }
            if (items.size() == limit) {
                list.putObject("metadata").put("continue", compactions + "|" + path + "/" + last(items));
                break;
            }
            ObjectNode item = each.getValue().deepCopy();
            if (BuiltIn.isOne(type.apiVersion())) {
                item.remove(List.of("apiVersion", "kind"));
            }
            items.add(item);
        }
        largestPage = Math.max(largestPage, items.size());
        return list;
    }

    private static String last(ArrayNode items) {
        return items.get(items.size() - 1).path("metadata").path("name").asText();
    }

    private ObjectNode create(String path, ObjectNode object) {
        Served type = collectionType(path);
        String namespace = object.path("metadata").path("namespace").asText("");
        if (!path.equals(type.path(namespace.isEmpty() ? null : namespace))) {
            throw new Refusal(400, "the namespace of the object does not match the request");
        }
        if (type.namespaced() && !objects.containsKey("/api/v1/namespaces/" + namespace)) {
            throw new Refusal(404, "namespaces \"" + namespace + "\" not found");
        }
        String at = path(type, object);
        if (objects.containsKey(at)) {
            throw new Refusal(409, "already exists");
        }
        if (object.path("metadata").has("resourceVersion")) {
            throw new Refusal(400, "resourceVersion should not be set on objects to be created");
        }
        check(object);
        Admission.created(object, ++version);
        objects.put(at, object);
        writes.add("POST " + at);
        if (type.kind().equals("CustomResourceDefinition")) {
            looksUntilEstablished.put(at, 3);
        }
        if (type.kind().equals("Namespace")) {
            String name = object.path("metadata").path("name").asText();
            for (ObjectNode each : Admission.ofNamespace(name)) {
                Admission.created(each, ++version);
                objects.put(path(type(each), each), each);
            }
        }
        return object;
    }

    private ObjectNode replace(String path, ObjectNode object) {
        ObjectNode there = objects.get(path);
        if (there == null) {
            throw new Refusal(404, "not found");
        }
        if (!object.path("metadata")
                .path("resourceVersion")
                .equals(there.path("metadata").path("resourceVersion"))) {
            throw new Refusal(409, "the object has been modified");
        }
        check(object);
        String field = Admission.immutable(there, object);
        if (!field.isEmpty()) {
            throw new Refusal(422, field + ": Invalid value: " + object.at(field) + ": field is immutable");
        }
        if (!object.equals(there)) {
            put(path, object);
            writes.add("PUT " + path);
        }
        return object;
    }

    private void check(ObjectNode object) {
        if (refused.test(object)) {
            throw new Refusal(refusal, "admission webhook denied the request: " + object.path("data"));
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
