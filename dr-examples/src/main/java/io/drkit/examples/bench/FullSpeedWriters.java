package io.drkit.examples.bench;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that write as fast as the primary takes it, each on a connection of its own, and each waiting until a write is acknowledged before
 * it makes the next. Each write is a new key, so that keys can be counted for writes.
 */
final class FullSpeedWriters implements AutoCloseable {

    static final int COUNT = 8;

    private final String folder;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<CompletableFuture<Void>> writers = new ArrayList<>();

    /** @param name of their keys' folder */
    FullSpeedWriters(Site primary, String name) {
        this.folder = "/registry/events/" + name + "/";
        for (int i = 0; i < COUNT; i++) {
            int number = i;
            CompletableFuture<Void> done = new CompletableFuture<>();
            Thread thread = new Thread(() -> run(primary, number, done), "writer-" + i);
            thread.setDaemon(true);
            writers.add(done);
            thread.start();
        }
    }

    private void run(Site primary, int number, CompletableFuture<Void> done) {
        try (KeyStore store = primary.connect()) {
            for (int i = 0; !stopped.get(); i++) {
                Bytes key = Bytes.utf8(String.format(Locale.ROOT, "%swriter-%d-event-%09d", folder, number, i));
                store.commit(new Transaction(List.of(), List.of(Operation.put(key, Dataset.value(key)))));
                acknowledged.incrementAndGet();
            }
            done.complete(null);
        } catch (RuntimeException e) {
            done.completeExceptionally(e);
        }
    }

    /** What they write to. */
    KeyRange range() {
        return KeyRange.prefix(folder);
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /** Ends them and waits for that; throws what ended one before. */
    @Override
    public void close() {
        stopped.set(true);
        writers.forEach(CompletableFuture::join);
    }
}
