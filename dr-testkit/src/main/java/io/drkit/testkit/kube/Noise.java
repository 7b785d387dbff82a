package io.drkit.testkit.kube;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What happens in every cluster all the time: events that live by a lease, leases that are renewed, and now and then a pod that is lost. */
public final class Noise extends Controller {

    private static final Bytes ELECTION = Bytes.utf8("/registry/leases/kube-system/kube-controller-manager");

    private final Predicate<Bytes> spared;
    private @Nullable Lease lease;
    private int beats;

    /**
     * Starts it.
     *
     * @param store to act on; stays the caller's
     * @param acts where it tells which pods it lost
     * @param spared keys that it leaves alone
     */
    public Noise(KeyStore store, Acts acts, long seed, Predicate<Bytes> spared) {
        super("noise", store, acts, seed, Duration.ofMillis(100));
        this.spared = spared;
        start();
    }

    @Override
    void observed(@Nullable Seen before, @Nullable Seen now, boolean byMyself) {
        // It listens to nobody.
    }

    @Override
    void reconcile(Bytes key) {
        cache.get(key).ifPresent(seen -> delete(seen.entry()));
    }

    @Override
    void sweep() {
        Lease events = lease;
        if (events == null || !events.isAlive()) {
            events = store().grantLease(Duration.ofSeconds(60));
            lease = events;
        }
        beats++;
        ObjectNode event = Json.object("v1", "Event", "default", "noise." + beats, uid());
        ObjectNode election =
                Json.object("coordination.k8s.io/v1", "Lease", "kube-system", "kube-controller-manager", "1f0e");
        election.putObject("spec").put("renewTime", Instant.now().toString());
        store().commit(new Transaction(
                List.of(),
                List.of(
                        new Operation.Put(
                                Bytes.utf8("/registry/events/default/noise." + beats % 50),
                                Json.bytes(event),
                                events.id()),
                        Operation.put(ELECTION, Json.bytes(election)))));
        if (beats % 10 == 0) {
            loseAPod();
        }
    }

    private void loseAPod() {
        List<Seen> pods = new ArrayList<>(cache.all());
        pods.removeIf(seen -> !seen.object().kind().equals("Pod") || spared.test(seen.key()));
        if (!pods.isEmpty()) {
            later(pods.get(random.nextInt(pods.size())).key(), Duration.ZERO);
        }
    }

    private String uid() {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }

    @Override
    public void close() {
        super.close();
        Lease events = lease;
        if (events != null) {
            events.close();
        }
    }
}
