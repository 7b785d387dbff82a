package io.drkit.comparison;

import io.drkit.keystore.KeyStore;

/** What a site's etcd says of itself. */
public final class EtcdFactSource implements FactSource {

    private final KeyStore store;

    /** @param store is not closed */
    public EtcdFactSource(KeyStore store) {
        this.store = store;
    }

    @Override
    public void contribute(SiteFacts.Builder facts) {
        facts.etcd(Fact.of(store.status().version()));
    }
}
