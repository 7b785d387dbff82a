package io.drkit.testkit.kube;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.object.StoredObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes the status of every custom resource, whenever it changed and at random as well. Of keys that it is told to contend for it has its own idea:
 * each time somebody else changed one, it sets a label of its own there.
 */
public final class Operator extends Controller {

    /** The label that it sets on what it contends for. */
    public static final String LABEL = "drkit.io/contended-by";

    /** What {@code managedFields} say of it then. */
    public static final String MANAGER = "a-contending-operator";

    private static final Duration MOMENT = Duration.ofMillis(10);

    private final Set<Bytes> contended = ConcurrentHashMap.newKeySet();

    /**
     * Starts it.
     *
     * @param store to act on; stays the caller's
     * @param acts where it tells what it wrote
     */
    public Operator(KeyStore store, Acts acts, long seed) {
        super("operator", store, acts, seed, Duration.ofMillis(150));
        start();
    }

    /** Contends for a key from now on. */
    public Operator contending(Bytes key) {
        contended.add(key);
        return this;
    }

    /** Lets everything be from now on. */
    public void relent() {
        contended.clear();
    }

    @Override
    void observed(@Nullable Seen before, @Nullable Seen now, boolean byMyself) {
        if (now != null && !byMyself && (isCustom(now.object()) || contended.contains(now.key()))) {
            later(now.key(), MOMENT);
        }
    }

    private boolean isCustom(StoredObject object) {
        return discovery.isCustom(object.apiVersion(), object.kind());
    }

    @Override
    void sweep() {
        contended.stream()
                .filter(key -> cache.get(key)
                        .filter(seen -> !MANAGER.equals(seen.object().labels().get(LABEL)))
                        .isPresent())
                .forEach(key -> later(key, MOMENT));
        List<Seen> all = new ArrayList<>(cache.all());
        all.removeIf(seen -> !isCustom(seen.object()));
        if (!all.isEmpty()) {
            later(all.get(random.nextInt(all.size())).key(), MOMENT);
        }
    }

    @Override
    void reconcile(Bytes key) {
        cache.get(key).ifPresent(seen -> {
            Edit edit = seen.edit();
            if (contended.contains(key)) {
                edit.label(LABEL, MANAGER).managedBy(MANAGER, false);
            } else {
                edit.status(seen.object().kind(), random.nextInt(1_000));
            }
            change(Act.What.CHANGED, seen.entry(), edit.value());
        });
    }
}
