package io.drkit.quarantine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.CommitResult.Committed;
import io.drkit.keystore.CommitResult.OutOfSpace;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Values set aside on a site, in batches. Batch {@code ID} is the key {@code /drkit/quarantine/ID/about} and, for each key that was set aside,
 * {@code /drkit/quarantine/ID/keys/KEY} with the value as it was. An ID has no slash.
 *
 * <p>Memory does not grow with a batch. Every method may be repeated when it was interrupted midway. Thread-safe.
 */
public final class Quarantine {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PAGE = 100;

    private final KeyStore store;

    private Quarantine(KeyStore store) {
        this.store = store;
    }

    public static Quarantine at(KeyStore store) {
        return new Quarantine(store);
    }

    /** The write that sets {@code entry} aside, to be made in the transaction that overwrites or deletes it. */
    public static Operation setAside(String batch, KeyValue entry) {
        return Operation.put(keys(batch).start().concat(entry.key()), entry.value());
    }

    /** The key that a value in quarantine had; empty for every other key. */
    public static Optional<Bytes> originalKey(Bytes key) {
        if (!DrKitKeys.QUARANTINE_RANGE.contains(key)) {
            return Optional.empty();
        }
        String path = key.dropFirst(DrKitKeys.QUARANTINE.length()).utf8();
        int slash = path.indexOf('/');
        Bytes folder = Bytes.utf8(DrKitKeys.QUARANTINE + path.substring(0, Math.max(0, slash)) + "/keys/");
        return key.startsWith(folder) ? Optional.of(key.dropFirst(folder.size())) : Optional.empty();
    }

    /** Whether a write is one made by {@link #setAside}. */
    public static boolean isSettingAside(Operation operation) {
        return DrKitKeys.QUARANTINE_RANGE.contains(operation.key());
    }

    /** The batch that a write made by {@link #setAside} goes to. */
    public static String batchOf(Operation setAside) {
        String path = setAside.key().dropFirst(DrKitKeys.QUARANTINE.length()).utf8();
        return path.substring(0, path.indexOf('/'));
    }

    /** The write that records why a batch was set aside, to be made with its first entries. */
    public static Operation about(String batch, About about) {
        try {
            return Operation.put(
                    aboutKey(batch),
                    Bytes.wrap(JSON.writeValueAsBytes(Map.of(
                            "reason",
                            about.reason(),
                            "mirror",
                            about.mirror(),
                            "at",
                            about.at().toString()))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A batch and how many entries are left in it; {@code about} is empty where none can be read. */
    public record Batch(String id, Optional<About> about, long entries) {}

    /** One value in a batch: the key it had, and the value's size in bytes. */
    public record Entry(Bytes key, int size) {}

    /** How many entries were put back, and how many stay: their key exists, or the store does not take the value. */
    public record Restored(long restored, long left) {}

    /** All batches, in key order. */
    public List<Batch> batches() {
        return Scan.directories(store, DrKitKeys.QUARANTINE).stream()
                .map(id -> new Batch(id, readAbout(id), store.count(keys(id))))
                .toList();
    }

    /** Tells of each entry of a batch, in key order. */
    public void entries(String batch, Consumer<Entry> reader) {
        scan(
                batch,
                false,
                kept -> reader.accept(
                        new Entry(original(batch, kept), kept.value().size())));
    }

    /**
     * Puts the values of a batch back under their keys, and takes each out of the batch in the same transaction.
     *
     * @param overwrite whether to put it back also where the key exists now, whose value is lost then
     * @throws UnsafeToProceedException when the store has no space left; what is not back yet is still in the batch
     */
    public Restored restore(String batch, boolean overwrite) {
        long[] counts = new long[2];
        scan(batch, false, kept -> counts[restore(batch, kept, overwrite) ? 0 : 1]++);
        dropIfEmpty(batch);
        return new Restored(counts[0], counts[1]);
    }

    /**
     * Deletes a batch and the values in it, for good.
     *
     * @return how many values
     */
    public long drop(String batch) {
        List<Operation> deletions = new ArrayList<>();
        long[] dropped = new long[1];
        scan(batch, true, kept -> {
            deletions.add(Operation.delete(kept.key()));
            dropped[0]++;
            if (deletions.size() == PAGE) {
                commit(List.of(), deletions);
                deletions.clear();
            }
        });
        commit(List.of(), deletions);
        dropIfEmpty(batch);
        return dropped[0];
    }

    private boolean restore(String batch, KeyValue kept, boolean overwrite) {
        Bytes key = original(batch, kept);
        List<Guard> guards = new ArrayList<>(List.of(Guard.unchanged(kept.key(), kept.modRevision())));
        if (!overwrite) {
            guards.add(Guard.absent(key));
        }
        return commit(guards, List.of(Operation.put(key, kept.value()), Operation.delete(kept.key())))
                instanceof Committed;
    }

    private void dropIfEmpty(String batch) {
        if (store.count(keys(batch)) == 0) {
            commit(List.of(), List.of(Operation.delete(aboutKey(batch))));
        }
    }

    private CommitResult commit(List<Guard> guards, List<Operation> operations) {
        CommitResult result = store.commit(new Transaction(guards, operations));
        if (result instanceof OutOfSpace) {
            throw new UnsafeToProceedException(
                    store.name() + " is out of space and takes no writes. Compact, defragment and"
                            + " disarm its alarm, then run this again: it goes on where it stopped.");
        }
        return result;
    }

    /** Reads page after page, each anew: a batch being emptied meanwhile, or a compaction, does not end it. */
    private void scan(String batch, boolean keysOnly, Consumer<KeyValue> reader) {
        KeyRange rest = keys(batch);
        while (true) {
            RangeRequest request = RangeRequest.of(rest, 0, PAGE);
            List<KeyValue> page =
                    store.range(keysOnly ? request.onlyKeys() : request).entries();
            if (page.isEmpty()) {
                return;
            }
            page.forEach(reader);
            rest = rest.from(page.get(page.size() - 1).key().successor());
        }
    }

    private Optional<About> readAbout(String batch) {
        @Nullable KeyValue recorded = store.read(List.of(aboutKey(batch))).get(aboutKey(batch));
        if (recorded == null) {
            return Optional.empty();
        }
        try {
            JsonNode about = JSON.readTree(recorded.value().unsafeArray());
            return Optional.of(new About(
                    about.path("reason").asText(),
                    about.path("mirror").asText(),
                    Instant.parse(about.path("at").asText())));
        } catch (IOException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Bytes original(String batch, KeyValue kept) {
        return kept.key().dropFirst(keys(batch).start().size());
    }

    private static Bytes aboutKey(String batch) {
        return Bytes.utf8(prefix(batch) + "about");
    }

    private static KeyRange keys(String batch) {
        return KeyRange.prefix(prefix(batch) + "keys/");
    }

    private static String prefix(String batch) {
        if (batch.isEmpty() || batch.indexOf('/') >= 0) {
            throw new IllegalArgumentException("not the id of a quarantine batch: '" + batch + "'");
        }
        return DrKitKeys.QUARANTINE + batch + "/";
    }
}
