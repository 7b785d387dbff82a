package io.drkit.examples.demo;

import io.drkit.DrException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * An API server that writes to an etcd and keeps a log of its own, against which another site can be judged. Each write changes one of its
 * keys and counts on a second one in the same transaction; so what a store holds of it tells exactly how many of its writes arrived, and
 * whether any arrived in part.
 */
final class Writer implements Runnable {

    private static final int KEYS = 40;
    private static final long PAUSE_MILLIS = 50;

    private final KeyStore store;
    private final String prefix;
    private final Bytes counter;
    private final Random random;
    private final List<Write> log = new ArrayList<>();
    private volatile boolean stopped;
    private volatile boolean paused;
    private volatile int acknowledged;

    /** @param value null for a deletion */
    private record Write(Bytes key, @Nullable Bytes value, Instant acknowledgedAt) {}

    /** @param prefix of its keys, which nobody else writes */
    Writer(KeyStore store, String prefix, long seed) {
        this.store = store;
        this.prefix = prefix;
        this.counter = Bytes.utf8(prefix + "counter");
        this.random = new Random(seed);
    }

    /** Writes until stopped, or until the etcd does not answer any more. */
    @Override
    public void run() {
        try {
            while (!stopped) {
                if (!paused) {
                    write();
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (DrException e) {
            // It is gone: what was under way was never acknowledged.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void write() {
        int number = log.size() + 1;
        Bytes key = Bytes.utf8(prefix + "key-" + random.nextInt(KEYS));
        Bytes value = random.nextInt(4) == 0 ? null : Bytes.utf8("write " + number + " " + random.nextLong());
        log.add(new Write(key, value, Instant.MAX));
        Operation change = value == null ? Operation.delete(key) : Operation.put(key, value);
        Operation count = Operation.put(counter, Bytes.utf8(Integer.toString(number)));
        CommitResult result = store.commit(new Transaction(List.of(), List.of(change, count)));
        if (!(result instanceof CommitResult.Committed)) {
            throw new IllegalStateException(store.name() + " did not take a write: " + result);
        }
        log.set(number - 1, new Write(key, value, Instant.now()));
        acknowledged = number;
    }

    int acknowledged() {
        return acknowledged;
    }

    /** Holds it between two writes; returns when none is under way. */
    void pause() {
        paused = true;
        synchronized (this) {
            // The write that was under way has ended.
        }
    }

    void resume() {
        paused = false;
    }

    void stop() {
        stopped = true;
    }

    /**
     * What of this writer's acknowledged writes a store lacks.
     *
     * @param missing how many
     * @param oldest when the oldest of them was acknowledged; empty where none is missing
     * @param whole whether what the store holds is exactly the outcome of the writes that arrived
     */
    record Loss(int missing, Optional<Instant> oldest, boolean whole) {}

    /** Judges what a store holds; for a writer that has stopped or is paused. */
    synchronized Loss judge(KeyStore store) {
        Map<Bytes, Bytes> held = new HashMap<>();
        for (KeyValue entry : store.range(RangeRequest.of(KeyRange.prefix(prefix), 0, KEYS + 1))
                .entries()) {
            held.put(entry.key(), entry.value());
        }
        Bytes count = held.remove(counter);
        int arrived = count == null ? 0 : Integer.parseInt(count.utf8());
        Map<Bytes, Bytes> expected = new HashMap<>();
        for (Write write : log.subList(0, arrived)) {
            if (write.value == null) {
                expected.remove(write.key);
            } else {
                expected.put(write.key, write.value);
            }
        }
        int missing = Math.max(0, acknowledged - arrived);
        Optional<Instant> oldest = missing == 0 ? Optional.empty() : Optional.of(log.get(arrived).acknowledgedAt);
        return new Loss(missing, oldest, expected.equals(held));
    }
}
