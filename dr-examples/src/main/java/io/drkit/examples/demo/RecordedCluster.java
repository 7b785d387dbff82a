package io.drkit.examples.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;

/** What a real kube-apiserver 1.36 with its controllers stored, recorded: secrets, workloads, custom resources, leased keys. */
public final class RecordedCluster {

    private static final ObjectMapper JSON = new ObjectMapper();

    private RecordedCluster() {}

    /** One recorded key. */
    public record Entry(Bytes key, Bytes value, boolean leased) {}

    /** One recorded change, in the order of revisions; the value is empty for a deletion. */
    public record Event(Bytes key, Bytes value, boolean deletion) {

        public Operation operation() {
            return deletion ? Operation.delete(key) : Operation.put(key, value);
        }
    }

    /** Every key under {@code /registry/} as of one moment. */
    public static List<Entry> registry() {
        return read("kube-registry.jsonl.gz").stream()
                .map(line ->
                        new Entry(key(line), value(line), line.path("lease").asBoolean()))
                .toList();
    }

    /** Every change from the first revision on: creation, rolling update, scaling, deletion. */
    public static List<Event> history() {
        return read("kube-history.jsonl.gz").stream()
                .map(line -> new Event(
                        key(line), value(line), line.path("type").asText().equals("DELETE")))
                .toList();
    }

    /**
     * Writes the registry into a store, one transaction a key as an API server does.
     *
     * @param leaseId what leased keys are bound to
     */
    static void load(KeyStore store, List<Entry> entries, long leaseId) {
        for (Entry entry : entries) {
            Operation put = new Operation.Put(entry.key(), entry.value(), entry.leased() ? leaseId : 0);
            CommitResult result = store.commit(new Transaction(List.of(), List.of(put)));
            if (!(result instanceof CommitResult.Committed)) {
                throw new IllegalStateException(
                        store.name() + " did not take " + entry.key().printable() + ": " + result);
            }
        }
    }

    private static Bytes key(JsonNode line) {
        return Bytes.utf8(line.path("key").asText());
    }

    private static Bytes value(JsonNode line) {
        return Bytes.wrap(Base64.getDecoder().decode(line.path("value").asText("")));
    }

    private static List<JsonNode> read(String name) {
        try (InputStream resource = Objects.requireNonNull(RecordedCluster.class.getResourceAsStream("/demo/" + name));
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.UTF_8))) {
            return lines.lines().map(RecordedCluster::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
