package io.drkit.examples.bench;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.WatchEvent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/** Changes some keys in turn at an even pace, whether or not the writes before are acknowledged; notes when each was sent and acknowledged. */
final class PacedWriter {

    static final KeyRange RANGE = KeyRange.prefix("/registry/leases/paced/");

    private static final int KEYS = 1_000;
    private static final int DIGITS = 9;

    private final KeyStore store;
    private final long[] sent;
    private final AtomicLongArray acknowledged;

    PacedWriter(KeyStore store, int writes) {
        this.store = store;
        this.sent = new long[writes];
        this.acknowledged = new AtomicLongArray(writes);
    }

    /** The number of the write that an event shows. */
    static int number(WatchEvent event) {
        return number(event.entry());
    }

    static int number(KeyValue entry) {
        return Integer.parseInt(entry.value().first(DIGITS).utf8());
    }

    /** Which of the keys that write changes. */
    static int key(int number) {
        return number % KEYS;
    }

    /** Makes all writes, and waits for their acknowledgements. */
    void run(int perSecond) {
        CompletableFuture<?>[] answers = new CompletableFuture<?>[sent.length];
        long began = System.nanoTime();
        for (int i = 0; i < sent.length; i++) {
            long due = began + i * 1_000_000_000L / perSecond;
            for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
            }
            answers[i] = write(i);
        }
        CompletableFuture.allOf(answers).join();
    }

    private CompletableFuture<?> write(int number) {
        Bytes key = Bytes.utf8(String.format(Locale.ROOT, "/registry/leases/paced/lease-%04d", key(number)));
        byte[] value = Arrays.copyOf(
                String.format(Locale.ROOT, "%09d", number).getBytes(StandardCharsets.US_ASCII), Dataset.VALUE_BYTES);
        sent[number] = System.nanoTime();
        return store.submit(new Transaction(List.of(), List.of(Operation.put(key, Bytes.wrap(value)))))
                .thenRun(() -> acknowledged.set(number, System.nanoTime()));
    }

    long sentAt(int write) {
        return sent[write];
    }

    long acknowledgedAt(int write) {
        return acknowledged.get(write);
    }
}
