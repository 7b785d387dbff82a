package io.drkit.testkit;

import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.StoreStatus;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Transaction.Operation.Put;
import io.drkit.keystore.Watch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;

/**
 * A store in memory that behaves as etcd does: revisions, old versions until compaction, watches from any revision, guarded transactions,
 * leases, a space quota and a limit on requests.
 *
 * <p>It is server and client in one. The methods of {@link KeyStore} are the client's, and fail while {@link #setUnreachable}; the others are
 * the test's, and never do. Leases expire by the clock given, when the store is next touched; those granted through {@link KeyStore} are
 * renewed while the store is reachable, until {@link #abandonLeases}. Thread-safe.
 */
public final class InMemoryKeyStore implements KeyStore {

    private final String name;
    private final Clock clock;
    final ReentrantLock lock = new ReentrantLock();
    final Condition changed = lock.newCondition();
    final Mvcc content;
    private final Leases leases;
    private final Set<InMemoryWatch> watches = new HashSet<>();
    private long clusterId = 1;
    /** As if it had been in use for a while. */
    private long logIndex = 1_000_000;

    private long spaceQuota = Long.MAX_VALUE;
    private boolean outOfSpace;
    private int requestLimit = Integer.MAX_VALUE;
    private boolean unreachable;
    private boolean closed;
    private volatile ObjLongConsumer<List<Operation>> listener = (operations, revision) -> {};
    volatile boolean trustedProgress = true;
    volatile int watchBatch = 1_000;

    /** An empty store, by the system's clock. */
    public InMemoryKeyStore(String name) {
        this(name, Clock.systemUTC());
    }

    public InMemoryKeyStore(String name, Clock clock) {
        this(name, clock, new Mvcc(), new Leases());
    }

    private InMemoryKeyStore(String name, Clock clock, Mvcc content, Leases leases) {
        this.name = name;
        this.clock = clock;
        this.content = content;
        this.leases = leases;
    }

    // How it behaves

    /** Answers {@link Watch#requestProgress} with Alive, as a store must whose progress cannot be trusted. */
    public InMemoryKeyStore untrustedProgress() {
        trustedProgress = false;
        return this;
    }

    /** The most events a watch delivers at a time; 1,000 by default. A larger revision comes in several parts. */
    public InMemoryKeyStore watchBatch(int events) {
        watchBatch = events;
        return this;
    }

    public InMemoryKeyStore clusterId(long id) {
        locked(() -> clusterId = id);
        return this;
    }

    /** Takes no transaction whose operations are larger; no limit by default. */
    public InMemoryKeyStore requestLimit(int bytes) {
        locked(() -> requestLimit = bytes);
        return this;
    }

    /** Takes no puts beyond this size, old versions included. As in etcd, once it was exceeded nothing is put until this is called again. */
    public InMemoryKeyStore spaceQuota(long bytes) {
        locked(() -> {
            spaceQuota = bytes;
            outOfSpace = false;
            return bytes;
        });
        return this;
    }

    /** Cuts the client off, which ends its watches and the renewal of its leases; or lets it in again. */
    public void setUnreachable(boolean unreachable) {
        locked(() -> {
            this.unreachable = unreachable;
            if (unreachable) {
                watches.forEach(watch -> watch.end("is cut off"));
                watches.clear();
            }
            return unreachable;
        });
    }

    // What a test does to it

    /** @return the revision of this change */
    public long put(String key, String value) {
        return put(Bytes.utf8(key), Bytes.utf8(value));
    }

    public long put(Bytes key, Bytes value) {
        return write(List.of(Operation.put(key, value)));
    }

    /** Puts a key bound to a lease of its own that nobody renews. */
    public long putLeased(String key, String value, Duration timeToLive) {
        return locked(() -> {
            long lease = leases.grant(timeToLive, false, clock.instant());
            return write(List.of(new Put(Bytes.utf8(key), Bytes.utf8(value), lease)));
        });
    }

    public long delete(String key) {
        return delete(Bytes.utf8(key));
    }

    public long delete(Bytes key) {
        return write(List.of(Operation.delete(key)));
    }

    /** Deletes every key with this prefix, in one revision. */
    public long deletePrefix(String prefix) {
        return locked(() -> write(content(KeyRange.prefix(prefix)).keySet().stream()
                .map(Operation::delete)
                .toList()));
    }

    /** Does any number of operations in one revision. */
    public long write(List<Operation> operations) {
        return locked(() -> {
            apply(operations);
            return content.revision();
        });
    }

    public SortedMap<Bytes, Bytes> content(KeyRange range) {
        return contentAt(range, 0);
    }

    /** @param revision 0 is the newest */
    public SortedMap<Bytes, Bytes> contentAt(KeyRange range, long revision) {
        return locked(() -> content.values(range, revision));
    }

    /**
     * A store restored from a snapshot of this one: same cluster id, content, revision and history; a log that starts anew. Leases have their
     * full time to live ahead, and nobody renews them. The two are independent from now on.
     */
    public InMemoryKeyStore snapshot() {
        return locked(() -> {
            InMemoryKeyStore copy =
                    new InMemoryKeyStore(name + " restored", clock, content.copy(), leases.restored(clock.instant()));
            copy.clusterId = clusterId;
            copy.logIndex = 4;
            copy.trustedProgress = trustedProgress;
            return copy;
        });
    }

    /** Raises the revision and compacts all before it, as a restore with {@code --bump-revision --mark-compacted} does. */
    public void bumpRevision(long by) {
        locked(() -> {
            content.bump(by);
            return by;
        });
    }

    /** The holders of all leases granted so far die: their leases expire once their time to live has passed. */
    public void abandonLeases() {
        locked(() -> {
            leases.abandon();
            return true;
        });
    }

    /** All leases expire at once. */
    public void expireLeases() {
        locked(() -> {
            leases.all().forEach(id -> apply(leases.revoke(id)));
            return true;
        });
    }

    /** The holder of this lease dies: it expires once its time to live has passed. */
    public void abandonLease(long id) {
        locked(() -> {
            leases.abandon(id);
            return id;
        });
    }

    /**
     * Tells of every change, with the new revision and what was done in it, before anyone else can see the store; the listener may read it. A
     * {@link #snapshot} has no listener.
     */
    public InMemoryKeyStore onChange(ObjLongConsumer<List<Operation>> listener) {
        this.listener = listener;
        return this;
    }

    // What a client does with it

    @Override
    public String name() {
        return name;
    }

    @Override
    public StoreStatus status() {
        return served(() ->
                new StoreStatus(clusterId, content.revision(), logIndex, "in-memory", content.bytes(), outOfSpace));
    }

    @Override
    public Page range(RangeRequest request) {
        return served(() -> content.range(request));
    }

    @Override
    public Map<Bytes, KeyValue> read(Collection<Bytes> keys) {
        atMost(keys.size());
        return served(() -> content.entries(keys));
    }

    @Override
    public Watch watch(KeyRange range, long startRevision) {
        if (startRevision < 1) {
            throw new IllegalArgumentException("a watch starts at revision 1 or later, not at " + startRevision);
        }
        return locked(() -> {
            InMemoryWatch watch = new InMemoryWatch(this, range, startRevision);
            if (unreachable || closed) {
                watch.end("is cut off");
            } else {
                watches.add(watch);
            }
            return watch;
        });
    }

    @Override
    public CommitResult commit(Transaction transaction) {
        atMost(transaction.guards().size());
        atMost(transaction.operations().size());
        return served(() -> {
            List<Operation> operations = transaction.operations();
            if (operations.stream().map(Operation::key).distinct().count() < operations.size()) {
                throw new IllegalArgumentException("two operations of one transaction name the same key");
            }
            int size = operations.stream().mapToInt(Operation::size).sum();
            if (size > requestLimit) {
                return new CommitResult.TooLarge("the request of " + size + " bytes is over " + requestLimit);
            }
            logIndex++;
            if (operations.stream().anyMatch(Put.class::isInstance)
                    && (outOfSpace || content.bytes() + size > spaceQuota)) {
                outOfSpace = true;
                return new CommitResult.OutOfSpace("the space quota of " + spaceQuota + " bytes is used up");
            }
            if (!transaction.guards().stream().allMatch(content::holds)) {
                return new CommitResult.GuardFailed(content.revision());
            }
            leases.requireKnown(operations, name);
            apply(operations);
            return new CommitResult.Committed(content.revision());
        });
    }

    @Override
    public Lease grantLease(Duration timeToLive) {
        return served(() -> {
            logIndex++;
            return new InMemoryLease(this, leases.grant(timeToLive, true, clock.instant()));
        });
    }

    @Override
    public void compact(long revision) {
        served(() -> {
            logIndex++;
            watches.forEach(InMemoryWatch::skipSilence);
            content.compact(revision);
            changed.signalAll();
            return revision;
        });
    }

    @Override
    public void close() {
        locked(() -> {
            closed = true;
            watches.forEach(watch -> watch.end("is closed"));
            watches.clear();
            return closed;
        });
    }

    private void apply(List<Operation> operations) {
        long before = content.revision();
        content.apply(operations);
        leases.follow(operations);
        if (content.revision() > before) {
            listener.accept(operations, content.revision());
        }
        changed.signalAll();
    }

    /** The leases as time has gone on; a client that cannot reach the store does not renew. */
    void touch() {
        Instant now = clock.instant();
        if (!unreachable && !closed) {
            leases.renew(now);
        }
        for (long id : leases.expired(now)) {
            logIndex++;
            apply(leases.revoke(id));
        }
    }

    <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            touch();
            T result = action.get();
            changed.signalAll();
            return result;
        } finally {
            lock.unlock();
        }
    }

    private <T> T served(Supplier<T> action) {
        return locked(() -> {
            if (unreachable || closed) {
                throw new SiteUnreachableException(name + (closed ? " is closed." : " is cut off."));
            }
            return action.get();
        });
    }

    void forget(InMemoryWatch watch) {
        watches.remove(watch);
    }

    private static void atMost(int count) {
        if (count > MAX_OPERATIONS) {
            throw new IllegalArgumentException(count + " keys in one request: at most " + MAX_OPERATIONS);
        }
    }

    boolean isAlive(long leaseId) {
        return locked(() -> leases.isAlive(leaseId, clock.instant()));
    }

    void revoke(long leaseId) {
        locked(() -> {
            if (unreachable || closed) {
                leases.abandon(leaseId);
            } else {
                logIndex++;
                apply(leases.revoke(leaseId));
            }
            return leaseId;
        });
    }
}
