package io.drkit.testkit.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.keystore.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a real kube-apiserver 1.36 stored, with kube-controller-manager beside it: values as they lay in etcd, some of them encrypted with
 * {@code encryption-config.yaml} or, on the standby, {@code encryption-config-standby.yaml}.
 */
public final class Recorded {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Recorded() {}

    /** One key. */
    public record Entry(Bytes key, Bytes value, boolean leased) {}

    /** @param value null for a deletion */
    public record Event(Bytes key, @Nullable Bytes value) {}

    /** A primary: four namespaces of workloads, custom resources, and what every control plane makes for itself; in key order. */
    public static List<Entry> primary() {
        return read("/kube-registry.jsonl.gz", Recorded::entry);
    }

    /** A fresh standby: what every control plane makes for itself, and objects of the site's own in namespaces that are not mirrored. */
    public static List<Entry> standby() {
        return read("/kube-standby-registry.jsonl.gz", Recorded::entry);
    }

    /** What led to {@link #primary}, and more after it: a rolling update, deletions of each sort, the end of a namespace; in order of revision. */
    public static List<Event> history() {
        return read("/kube-history.jsonl.gz", Recorded::event);
    }

    /**
     * The objects of {@link #primary} as its API server gave them, decrypted, in JSON: converted once with the descriptors of Kubernetes' generated.proto, all
     * but EndpointSlices, Leases, IPAddresses, ServiceCIDRs and the kinds of flow control. In key order; fresh copies.
     */
    public static List<ObjectNode> objects() {
        return read("/kube-objects.jsonl.gz", line -> (ObjectNode) line);
    }

    private static Entry entry(JsonNode line) {
        return new Entry(key(line), value(line), line.path("lease").asBoolean());
    }

    private static Event event(JsonNode line) {
        return new Event(key(line), line.path("type").asText().equals("PUT") ? value(line) : null);
    }

    private static Bytes key(JsonNode line) {
        return Bytes.utf8(line.path("key").asText());
    }

    private static Bytes value(JsonNode line) {
        return Bytes.wrap(Base64.getDecoder().decode(line.path("value").asText()));
    }

    private static <T> List<T> read(String resource, Function<JsonNode, T> line) {
        try (InputStream file = Objects.requireNonNull(Recorded.class.getResourceAsStream(resource));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            return lines.lines().map(Recorded::parse).map(line).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String line) {
        try {
            return MAPPER.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
