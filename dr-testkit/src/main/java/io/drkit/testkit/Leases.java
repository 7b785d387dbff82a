package io.drkit.testkit;

import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Transaction.Operation.Put;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The leases of an {@link InMemoryKeyStore}, and which keys are bound to which. Not thread-safe. */
final class Leases {

    private static final class Grant {
        final Duration timeToLive;
        final TreeSet<Bytes> keys = new TreeSet<>();
        boolean renewed;
        Instant expires;

        Grant(Duration timeToLive, boolean renewed, Instant expires) {
            this.timeToLive = timeToLive;
            this.renewed = renewed;
            this.expires = expires;
        }
    }

    private final NavigableMap<Long, Grant> grants = new TreeMap<>();
    private long lastId = 7_000;

    /** The leases as a restore from a snapshot finds them: each with its full time to live ahead, and nobody who renews it. */
    Leases restored(Instant now) {
        Leases copy = new Leases();
        copy.lastId = lastId;
        grants.forEach((id, grant) -> {
            Grant again = new Grant(grant.timeToLive, false, now.plus(grant.timeToLive));
            again.keys.addAll(grant.keys);
            copy.grants.put(id, again);
        });
        return copy;
    }

    long grant(Duration timeToLive, boolean renewed, Instant now) {
        grants.put(++lastId, new Grant(timeToLive, renewed, now.plus(timeToLive)));
        return lastId;
    }

    /** Refuses to bind a key to a lease that is no more, as etcd does. */
    void requireKnown(List<Operation> operations, String store) {
        for (Operation operation : operations) {
            if (operation instanceof Put put && put.leaseId() != 0 && !grants.containsKey(put.leaseId())) {
                throw new SiteUnreachableException(store + " does not know lease " + put.leaseId()
                        + ": it expired or was revoked. Grant another.");
            }
        }
    }

    boolean isAlive(long id, Instant now) {
        Grant grant = grants.get(id);
        return grant != null && grant.expires.isAfter(now);
    }

    /** Keeps the lease of every living holder alive. */
    void renew(Instant now) {
        grants.values().stream()
                .filter(grant -> grant.renewed)
                .forEach(grant -> grant.expires = now.plus(grant.timeToLive));
    }

    /** Nobody renews the leases granted so far any more. */
    void abandon() {
        grants.values().forEach(grant -> grant.renewed = false);
    }

    void abandon(long id) {
        Grant grant = grants.get(id);
        if (grant != null) {
            grant.renewed = false;
        }
    }

    List<Long> expired(Instant now) {
        return grants.entrySet().stream()
                .filter(grant -> !grant.getValue().expires.isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    List<Long> all() {
        return List.copyOf(grants.keySet());
    }

    /** Ends a lease; what is returned deletes its keys. */
    List<Operation> revoke(long id) {
        Grant grant = grants.remove(id);
        return grant == null
                ? List.of()
                : grant.keys.stream().map(Operation::delete).toList();
    }

    /** Binds and unbinds keys as these operations do. */
    void follow(List<Operation> operations) {
        for (Operation operation : operations) {
            grants.values().forEach(grant -> grant.keys.remove(operation.key()));
            Grant grant = operation instanceof Put put ? grants.get(put.leaseId()) : null;
            if (grant != null) {
                grant.keys.add(operation.key());
            }
        }
    }
}
