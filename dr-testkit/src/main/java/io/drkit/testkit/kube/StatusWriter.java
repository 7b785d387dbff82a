package io.drkit.testkit.kube;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes the status of Deployments, ReplicaSets, StatefulSets, Jobs, Namespaces, Services and claims, and {@code managedFields} with it, whenever
 * one changed and at random as well; claims are bound to a volume of this cluster.
 */
public final class StatusWriter extends Controller {

    private static final Set<String> KINDS =
            Set.of("Deployment", "ReplicaSet", "StatefulSet", "Job", "Namespace", "Service", "PersistentVolumeClaim");

    private final Predicate<Bytes> spared;

    /**
     * Starts it.
     *
     * @param store to act on; stays the caller's
     * @param acts where it tells what it wrote
     * @param spared keys that it leaves alone
     */
    public StatusWriter(KeyStore store, Acts acts, long seed, Predicate<Bytes> spared) {
        super("status writer", store, acts, seed, Duration.ofMillis(150));
        this.spared = spared;
        start();
    }

    @Override
    void observed(@Nullable Seen before, @Nullable Seen now, boolean byMyself) {
        if (now != null && !byMyself && isMine(now)) {
            later(now.key(), Duration.ofMillis(5L + random.nextInt(40)));
        }
    }

    private boolean isMine(Seen seen) {
        return KINDS.contains(seen.object().kind()) && !spared.test(seen.key());
    }

    @Override
    void sweep() {
        List<Seen> all = new ArrayList<>(cache.all());
        all.removeIf(seen -> !isMine(seen));
        if (!all.isEmpty()) {
            later(all.get(random.nextInt(all.size())).key(), Duration.ZERO);
        }
    }

    @Override
    void reconcile(Bytes key) {
        cache.get(key)
                .filter(seen -> !seen.object().isBeingDeleted())
                .ifPresent(seen -> change(Act.What.CHANGED, seen.entry(), rewritten(seen)));
    }

    private Bytes rewritten(Seen seen) {
        String kind = seen.object().kind();
        Edit edit = seen.edit().status(kind, random.nextInt(1_000));
        if (kind.equals("PersistentVolumeClaim")) {
            edit.boundTo("pvc-of-the-standby-" + seen.object().name());
        }
        return edit.value();
    }
}
