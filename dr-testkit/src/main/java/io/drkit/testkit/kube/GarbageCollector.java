package io.drkit.testkit.kube;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A garbage collector with the rules of kube-controller-manager's ({@code pkg/controller/garbagecollector}): an object is deleted when every owner
 * that it names is absent, or has another uid. If some owner is there, references to absent ones are patched away instead. An owner of unknown kind
 * is asked for again, and so is one that cannot be read; a cluster-scoped object with a namespaced owner is left alone. Owners are looked up live.
 *
 * <p>As the real one, it remembers the last 500 owners that it found absent, and does not ask again for these: an object is judged only once in a
 * while, but an owner that comes back too late, with its old uid, does not save what is judged then.
 *
 * <p>It acts within milliseconds of an event and, unlike the real one, in sweeps as well. It does not wait for finalizers of what it deletes, and
 * leaves what is being deleted to others.
 */
public final class GarbageCollector extends Controller {

    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration RETRY = Duration.ofMillis(50);
    private static final int REMEMBERED = 500;

    /** A set, in order of use. */
    private final Map<Absent, Boolean> absent = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Absent, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Absent(OwnerReference owner, @Nullable String namespace) {}

    private enum Verdict {
        SOLID,
        DANGLING,
        UNKNOWN,
        INVALID
    }

    /**
     * Starts it.
     *
     * @param store to collect in; stays the caller's
     * @param acts where it tells what it deleted and patched
     */
    public GarbageCollector(KeyStore store, Acts acts) {
        super("garbage collector", store, acts, 0, Duration.ofMillis(250));
        start();
    }

    @Override
    void observed(@Nullable Seen before, @Nullable Seen now, boolean byMyself) {
        if (now != null && isSuspect(now)) {
            later(now.key(), AT_ONCE);
        }
        if (before != null
                && (now == null || !now.object().uid().equals(before.object().uid()))) {
            for (Bytes dependent : cache.dependents(before.object().uid())) {
                remember(before.object());
                later(dependent, AT_ONCE);
            }
        }
    }

    private void remember(StoredObject gone) {
        absent.put(
                new Absent(
                        new OwnerReference(gone.apiVersion(), gone.kind(), gone.name(), gone.uid()), gone.namespace()),
                true);
    }

    /** Whether some owner was not seen where it should be. */
    private boolean isSuspect(Seen seen) {
        return seen.object().owners().stream()
                .anyMatch(owner -> discovery
                        .resource(owner.apiVersion(), owner.kind())
                        .map(resource -> !cache.ofUid(owner.uid())
                                .contains(resource.key(seen.object().namespace(), owner.name())))
                        .orElse(true));
    }

    @Override
    void sweep() {
        cache.all().stream().filter(this::isSuspect).forEach(seen -> later(seen.key(), AT_ONCE));
    }

    @Override
    void reconcile(Bytes key) {
        KeyValue entry = live(key);
        Optional<Seen> seen = entry == null ? Optional.empty() : Seen.of(entry);
        if (entry == null || seen.isEmpty() || seen.get().object().isBeingDeleted()) {
            return;
        }
        StoredObject object = seen.get().object();
        List<OwnerReference> dangling = new ArrayList<>();
        for (OwnerReference owner : object.owners()) {
            switch (judge(owner, object.namespace())) {
                case DANGLING -> dangling.add(owner);
                case UNKNOWN -> {
                    later(key, RETRY);
                    return;
                }
                case INVALID -> {
                    return;
                }
                case SOLID -> {}
            }
        }
        if (dangling.isEmpty()) {
            return;
        }
        if (dangling.size() == object.owners().size()) {
            delete(entry);
        } else {
            Set<String> uids = dangling.stream().map(OwnerReference::uid).collect(Collectors.toSet());
            change(
                    Act.What.PATCHED,
                    entry,
                    seen.get()
                            .edit()
                            .withoutOwners(uids)
                            .managedBy("kube-controller-manager", false)
                            .value());
        }
    }

    private Verdict judge(OwnerReference owner, @Nullable String namespace) {
        if (absent.get(new Absent(owner, null)) != null || absent.get(new Absent(owner, namespace)) != null) {
            return Verdict.DANGLING;
        }
        Optional<Discovery.Resource> resource = discovery.resource(owner.apiVersion(), owner.kind());
        if (resource.isEmpty()) {
            return Verdict.UNKNOWN;
        }
        boolean namespaced = resource.get().namespaced();
        if (namespaced && namespace == null) {
            return Verdict.INVALID;
        }
        KeyValue live = live(resource.get().key(namespace, owner.name()));
        if (live != null) {
            Optional<StoredObject> there = StoredObject.read(live.value());
            if (there.isEmpty()) {
                return Verdict.UNKNOWN;
            }
            if (there.get().uid().equals(owner.uid())) {
                return Verdict.SOLID;
            }
        }
        absent.put(new Absent(owner, namespaced ? namespace : null), true);
        return Verdict.DANGLING;
    }
}
