package io.drkit.testkit.kube;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A standby whose control plane is alive: a {@link GarbageCollector}, a {@link DerivingController}, a {@link StatusWriter}, an {@link Operator} and
 * {@link Noise}, on what a fresh standby was recorded to hold.
 *
 * <p>What was recorded is left alone by all of them, so that a test can tell that others left it alone, too. What they do is decided by the seed, as
 * far as threads allow.
 */
public final class LivingStandby implements AutoCloseable {

    private final Acts acts = new Acts();
    private final Map<Bytes, Bytes> recorded;
    private final Lease lease;
    private final List<Controller> controllers = new ArrayList<>();
    private final Operator operator;

    /**
     * Writes the recorded registry and starts the controllers.
     *
     * @param store an empty one, as the standby's API server sees it; stays the caller's, and is best not the one that the mirror has
     */
    public LivingStandby(KeyStore store, long seed) {
        this.lease = store.grantLease(Duration.ofMinutes(5));
        this.recorded = seed(store, lease);
        controllers.add(new GarbageCollector(store, acts));
        controllers.add(new DerivingController(store, acts, seed, Set.of("Widget")));
        controllers.add(new StatusWriter(store, acts, seed + 1, recorded::containsKey));
        operator = new Operator(store, acts, seed + 2);
        controllers.add(operator);
        controllers.add(new Noise(store, acts, seed + 3, recorded::containsKey));
    }

    private static Map<Bytes, Bytes> seed(KeyStore store, Lease lease) {
        SortedMap<Bytes, Bytes> unleased = new TreeMap<>();
        List<Operation> operations = new ArrayList<>();
        for (Recorded.Entry entry : Recorded.standby()) {
            operations.add(new Operation.Put(entry.key(), entry.value(), entry.leased() ? lease.id() : 0));
            if (!entry.leased() && !entry.key().utf8().startsWith("/registry/leases/")) {
                unleased.put(entry.key(), entry.value());
            }
        }
        for (int from = 0; from < operations.size(); from += KeyStore.MAX_OPERATIONS) {
            List<Operation> some =
                    operations.subList(from, Math.min(operations.size(), from + KeyStore.MAX_OPERATIONS));
            if (!(store.commit(new Transaction(List.of(), some)) instanceof CommitResult.Committed)) {
                throw new IllegalStateException("the recorded standby could not be written to " + store.name());
            }
        }
        return unleased;
    }

    /** What was there before anything else, as it was stored: but leases and leased keys, which come and go. */
    public Map<Bytes, Bytes> recorded() {
        return Map.copyOf(recorded);
    }

    /** What was done here by others than the mirror, so far. */
    public Acts acts() {
        return acts;
    }

    /** How many pods a Deployment, a ReplicaSet or a StatefulSet asks for, or a Job: one where it does not say. */
    public static int replicas(Bytes value) {
        return Edit.of(value).map(Edit::replicas).orElse(1);
    }

    /** The one that can be told to contend for keys. */
    public Operator operator() {
        return operator;
    }

    /** Ends all of it. Leaves the registry as it is, but for leased keys. What went wrong in any of the controllers is thrown here. */
    @Override
    public void close() {
        IllegalStateException failure = null;
        for (Controller controller : controllers) {
            try {
                controller.close();
            } catch (IllegalStateException e) {
                failure = e;
            }
        }
        lease.close();
        if (failure != null) {
            throw failure;
        }
    }
}
