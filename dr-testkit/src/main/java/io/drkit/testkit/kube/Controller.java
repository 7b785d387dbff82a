package io.drkit.testkit.kube;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import io.drkit.object.StoredObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A controller as Kubernetes' are built: it lists the registry, watches it from there, and looks again at each object that changed, after a delay
 * of its own. It writes only over what it saw. A store that does not answer is tried again, for as long as it takes.
 */
abstract class Controller implements AutoCloseable {

    static final KeyRange REGISTRY = KeyRange.prefix("/registry/");

    private static final Duration PATIENCE = Duration.ofMillis(5);
    private static final Duration CONFLICT = Duration.ofMillis(5);

    final Cache cache = new Cache();
    final Discovery discovery = new Discovery();
    final Random random;

    private final String name;
    private final KeyStore store;
    private final Acts acts;
    private final Thread thread;
    /** What to look at, and when, by {@link System#nanoTime}. */
    private final Map<Bytes, Long> due = new LinkedHashMap<>();

    private final Set<Long> ownRevisions = new HashSet<>();
    private final Duration sweep;
    private long nextSweep = System.nanoTime();
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    /** @param sweep how often {@link #sweep()} is called */
    Controller(String name, KeyStore store, Acts acts, long seed, Duration sweep) {
        this.name = name;
        this.store = store;
        this.acts = acts;
        this.random = new Random(seed);
        this.sweep = sweep;
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
    }

    /** To be called by a subclass once it is complete. */
    final void start() {
        thread.start();
    }

    /** Something changed; null where nothing was or is. */
    abstract void observed(@Nullable Seen before, @Nullable Seen now, boolean byMyself);

    /** Looks at a key that was asked for by {@link #later}. */
    abstract void reconcile(Bytes key);

    /** What is done now and then, whatever happens. */
    abstract void sweep();

    final KeyStore store() {
        return store;
    }

    /** Has {@link #reconcile} look at a key; one that waits already stays where it is. */
    final void later(Bytes key, Duration delay) {
        due.putIfAbsent(key, System.nanoTime() + delay.toNanos());
    }

    private void run() {
        while (!closed) {
            try {
                follow();
            } catch (SiteUnreachableException | OutcomeUnknownException | CompactedException e) {
                pause();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | Error e) {
                failure = e;
                return;
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    private void follow() throws InterruptedException {
        long revision = list();
        try (Watch watch = store.watch(REGISTRY, revision + 1)) {
            while (!closed) {
                if (watch.next(PATIENCE) instanceof WatchSignal.Events events) {
                    events.events().forEach(this::apply);
                }
                work();
            }
        }
    }

    private long list() {
        Scan scan = new Scan(store, RangeRequest.of(REGISTRY, 0, 500));
        Set<Bytes> gone = new HashSet<>(cache.keys());
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            gone.remove(entry.key());
            long modRevision = entry.modRevision();
            if (cache.get(entry.key())
                    .filter(known -> known.entry().modRevision() == modRevision)
                    .isEmpty()) {
                apply(WatchEvent.put(entry));
            }
        }
        gone.forEach(key -> apply(WatchEvent.delete(key, scan.revision())));
        return scan.revision();
    }

    private void apply(WatchEvent event) {
        boolean mine = ownRevisions.remove(event.revision());
        Seen now = event.type() == WatchEvent.Type.PUT ? Seen.of(event.entry()).orElse(null) : null;
        Seen before = cache.put(event.key(), now);
        if (before != null) {
            discovery.forget(before.object());
        }
        if (now != null) {
            discovery.learn(now.object());
        }
        if (before != null || now != null) {
            observed(before, now, mine);
        }
    }

    private void work() {
        long now = System.nanoTime();
        if (now - nextSweep >= 0) {
            sweep();
            nextSweep = now + sweep.toNanos();
        }
        List<Bytes> ready = due.entrySet().stream()
                .filter(entry -> entry.getValue() - now <= 0)
                .map(Map.Entry::getKey)
                .toList();
        for (Bytes key : ready) {
            if (closed) {
                return;
            }
            due.remove(key);
            reconcile(key);
        }
    }

    /** As the API server has it now, not as it was seen; null where nothing is. */
    final @Nullable KeyValue live(Bytes key) {
        return store.read(List.of(key)).get(key);
    }

    /** Whether something can be created in a namespace, which none can that is absent or is being deleted. */
    final boolean admits(@Nullable String namespace) {
        return namespace == null
                || cache.get(Bytes.utf8("/registry/namespaces/" + namespace))
                        .filter(seen -> !seen.object().isBeingDeleted())
                        .isPresent();
    }

    final boolean create(Bytes key, Bytes value) {
        return commit(Act.What.CREATED, uid(value), Guard.absent(key), Operation.put(key, value));
    }

    final boolean change(Act.What what, KeyValue seen, Bytes value) {
        return seen.leased()
                || commit(
                        what,
                        uid(seen.value()),
                        Guard.unchanged(seen.key(), seen.modRevision()),
                        Operation.put(seen.key(), value));
    }

    final boolean delete(KeyValue seen) {
        return commit(
                Act.What.DELETED,
                uid(seen.value()),
                Guard.unchanged(seen.key(), seen.modRevision()),
                Operation.delete(seen.key()));
    }

    private static String uid(Bytes value) {
        return StoredObject.read(value).map(StoredObject::uid).orElse("");
    }

    /** False if it was not done, or nobody knows; the key is looked at again then. */
    private boolean commit(Act.What what, String uid, Guard guard, Operation operation) {
        try {
            if (store.commit(new Transaction(List.of(guard), List.of(operation)))
                    instanceof CommitResult.Committed done) {
                ownRevisions.add(done.revision());
                acts.add(new Act(name, what, operation.key(), uid, done.revision()));
                return true;
            }
        } catch (OutcomeUnknownException e) {
            // It is seen in the watch if it was done.
        }
        later(operation.key(), CONFLICT);
        return false;
    }

    /** Ends it and waits until it is over. What went wrong in its thread is thrown here. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Throwable failed = failure;
        if (failed != null) {
            throw new IllegalStateException(name + " failed", failed);
        }
    }
}
