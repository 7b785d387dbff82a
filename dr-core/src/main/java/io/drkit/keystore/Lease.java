package io.drkit.keystore;

/** A lease, kept alive in the background from its grant to {@link #close}. Thread-safe. */
public interface Lease extends AutoCloseable {

    /** What {@link Transaction.Operation.Put} names; never 0. */
    long id();

    /** False once the lease is known to have expired, or could not be renewed for longer than its time to live. It never becomes true again. */
    boolean isAlive();

    /** Stops the renewal and revokes the lease, with the keys bound to it. If the store cannot be reached, the lease expires by itself. */
    @Override
    void close();
}
