package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keyspace.RestMapping;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to whom among the primary's objects, as its garbage collector sees it: by owner references, each resolved to a key.
 *
 * <p>Dependents are found by one walk over the primary, made when they are first asked for. It remembers the keys of all objects that have
 * owners and, up to a bound, values.
 */
final class Families {

    /** So many bytes of values are remembered: what fits need not be read a second time. */
    private static final long MOST_BYTES = Runtime.getRuntime().maxMemory() / 16;

    /** An owner that must be there, by its key and with its uid. */
    record Owner(Bytes key, String uid) {}

    private final KeyStore source;
    private final MirrorScope scope;
    private final int pageSize;
    private final RestMapping mapping;
    private final Bytes namespaces;
    private final String serviceAccounts;
    private @Nullable Map<Bytes, List<Bytes>> dependents;
    private final Map<Bytes, KeyValue> remembered = new HashMap<>();
    private long rememberedBytes;

    Families(KeyStore source, MirrorScope scope, int pageSize) {
        this.source = source;
        this.scope = scope;
        this.pageSize = pageSize;
        this.mapping = new RestMapping(scope.registryPrefix());
        this.namespaces = Bytes.utf8(scope.registryPrefix() + "/namespaces/");
        this.serviceAccounts = scope.registryPrefix() + "/serviceaccounts/";
        walk(definitions(), this::learn);
    }

    /** Where the definitions of custom resources are. */
    KeyRange definitions() {
        return KeyRange.prefix(scope.registryPrefix() + "/apiextensions.k8s.io/customresourcedefinitions/");
    }

    KeyRange namespaces() {
        return KeyRange.prefix(namespaces);
    }

    /** To be shown every entry that is about to be mirrored: definitions of custom resources tell their kinds. */
    void learn(KeyValue entry) {
        if (definitions().contains(entry.key())) {
            StoredObject.read(entry.value()).ifPresent(mapping::learn);
        }
    }

    /**
     * The owners one of which must be there, or a garbage collector deletes the entry. Empty if it would not: there are none, they cannot be read,
     * or one is of an unknown kind.
     */
    List<Owner> owners(KeyValue entry) {
        return owners(entry, StoredObject.read(entry.value()));
    }

    /** @param read what {@code entry} says, where that is known */
    List<Owner> owners(KeyValue entry, Optional<StoredObject> read) {
        // Most have none.
        if (read.isEmpty() || read.get().owners().isEmpty()) {
            return List.of();
        }
        // Owners that the standby is never told of do not count.
        Bytes told = scope.desired().toCreate(entry.value());
        Optional<StoredObject> object = told.equals(entry.value()) ? read : StoredObject.read(told);
        if (object.isEmpty()) {
            return List.of();
        }
        List<Owner> owners = new ArrayList<>();
        for (OwnerReference reference : object.get().owners()) {
            Optional<Bytes> key = mapping.key(reference, object.get().namespace());
            if (key.isEmpty()) {
                return List.of();
            }
            owners.add(new Owner(key.get(), reference.uid()));
        }
        return owners;
    }

    /** Whether an entry is that owner, and not another of the same name. What cannot be read is taken to be it. */
    static boolean is(Owner owner, KeyValue entry) {
        return is(owner, StoredObject.read(entry.value()));
    }

    static boolean is(Owner owner, Optional<StoredObject> read) {
        return read.map(object -> object.uid().equals(owner.uid())).orElse(true);
    }

    /** The keys that go with {@code owner}: its dependents, and the service account that every namespace is given at once. */
    List<Bytes> dependents(Bytes owner) {
        List<Bytes> found = index().getOrDefault(owner, List.of());
        if (owner.startsWith(namespaces)) {
            List<Bytes> more = new ArrayList<>(found);
            more.add(Bytes.utf8(
                    serviceAccounts + owner.dropFirst(namespaces.size()).utf8() + "/default"));
            return more;
        }
        return found;
    }

    /** Frees what {@link #dependents} remembers. */
    void forgetDependents() {
        dependents = null;
        remembered.clear();
        rememberedBytes = 0;
    }

    /** The copy has come to this key, and needs it no more. */
    void passed(Bytes key) {
        KeyValue known = remembered.remove(key);
        rememberedBytes -= known == null ? 0 : known.value().size();
    }

    /** The primary's entries of these keys, as they are now or were a little while ago. */
    List<KeyValue> read(Collection<Bytes> keys) {
        List<KeyValue> entries = new ArrayList<>();
        List<Bytes> unknown = new ArrayList<>();
        for (Bytes key : keys) {
            KeyValue known = remembered.remove(key);
            if (known == null) {
                unknown.add(key);
            } else {
                rememberedBytes -= known.value().size();
                entries.add(known);
            }
        }
        for (int from = 0; from < unknown.size(); from += KeyStore.MAX_OPERATIONS) {
            entries.addAll(source.read(unknown.subList(from, Math.min(from + KeyStore.MAX_OPERATIONS, unknown.size())))
                    .values());
        }
        return entries;
    }

    private Map<Bytes, List<Bytes>> index() {
        Map<Bytes, List<Bytes>> index = dependents;
        if (index == null) {
            Map<Bytes, List<Bytes>> made = new HashMap<>();
            walk(scope.range(), entry -> enter(entry, made));
            dependents = made;
            return made;
        }
        return index;
    }

    private void enter(KeyValue entry, Map<Bytes, List<Bytes>> index) {
        if (!scope.mayAdmit(entry.key())) {
            return;
        }
        if (rememberedBytes < MOST_BYTES) {
            remembered.put(entry.key(), entry);
            rememberedBytes += entry.value().size();
        }
        List<Owner> owners = owners(entry);
        if (!owners.isEmpty() && scope.holds(entry)) {
            owners.forEach(owner -> index.merge(owner.key(), List.of(entry.key()), Families::joined));
        }
    }

    private static List<Bytes> joined(List<Bytes> some, List<Bytes> more) {
        List<Bytes> all = some instanceof ArrayList ? some : new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    /** Page after page, each at the newest revision: what changes meanwhile is the tail's to bring. */
    private void walk(KeyRange range, Consumer<KeyValue> reader) {
        CompletableFuture<Page> next = source.fetch(RangeRequest.of(range, 0, pageSize));
        KeyRange rest = range;
        for (boolean more = true; more; ) {
            Page page = await(next);
            more = page.more() && !page.entries().isEmpty();
            if (more) {
                rest = rest.from(
                        page.entries().get(page.entries().size() - 1).key().successor());
                next = source.fetch(RangeRequest.of(rest, 0, pageSize));
            }
            page.entries().forEach(reader);
        }
    }

    private static Page await(CompletableFuture<Page> page) {
        try {
            return KeyStore.await(page);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RestartException("interrupted");
        }
    }
}
