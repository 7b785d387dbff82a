package io.drkit.examples.bench.raw;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Puts keys in transactions as large as the mirror's, as many under way as the mirror has; guards nothing and looks at nothing. */
public final class RawWriter {

    /** A mirror's transaction takes 128 guards, three of which are its own. */
    private static final int OPERATIONS = KeyStore.MAX_OPERATIONS - 3;

    private static final int IN_FLIGHT = 8;

    private final KeyStore store;
    private final Deque<CompletableFuture<CommitResult>> flights = new ArrayDeque<>();
    private List<Operation> batch = new ArrayList<>(OPERATIONS);

    public RawWriter(KeyStore store) {
        this.store = store;
    }

    public void put(Bytes key, Bytes value) throws InterruptedException {
        batch.add(Operation.put(key, value));
        if (batch.size() == OPERATIONS) {
            send();
        }
    }

    /** Sends the rest and waits for all. */
    public void finish() throws InterruptedException {
        if (!batch.isEmpty()) {
            send();
        }
        land(0);
    }

    private void send() throws InterruptedException {
        land(IN_FLIGHT - 1);
        flights.add(store.submit(new Transaction(List.of(), batch)));
        batch = new ArrayList<>(OPERATIONS);
    }

    private void land(int left) throws InterruptedException {
        while (flights.size() > left) {
            CommitResult result = KeyStore.await(flights.removeFirst());
            if (!(result instanceof CommitResult.Committed)) {
                throw new IllegalStateException(store.name() + " did not take a write: " + result);
            }
        }
    }
}
