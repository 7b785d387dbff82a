package io.drkit.testkit;

import io.drkit.keystore.Lease;

/** A lease of an {@link InMemoryKeyStore}, as its holder sees it. */
final class InMemoryLease implements Lease {

    private final InMemoryKeyStore store;
    private final long id;
    private volatile boolean lost;

    InMemoryLease(InMemoryKeyStore store, long id) {
        this.store = store;
        this.id = id;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public boolean isAlive() {
        if (!lost && !store.isAlive(id)) {
            lost = true;
        }
        return !lost;
    }

    @Override
    public void close() {
        lost = true;
        store.revoke(id);
    }
}
