package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keyspace.RestMapping;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.WatchEvent;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to whom among the primary's objects, as its garbage collector sees it: by owner references, each resolved to a key.
 *
 * <p>Dependents are found by one walk over the primary, made when they are first asked for. It remembers the keys of all objects that have
 * owners and, up to a bound, values: where all of them fit, the copy need not read them a second time.
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
    /** What the primary holds ahead of the copy, kept up to date, as far as it fits. */
    private final NavigableMap<Bytes, KeyValue> remembered = new TreeMap<>();

    private long rememberedBytes;
    /** From this revision of the primary on {@link #remembered} is all that it holds there; the largest where that is not so. */
    private long wholeFrom = Long.MAX_VALUE;

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
     *
     * @param read what {@code entry} says
     */
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
        wholeFrom = Long.MAX_VALUE;
    }

    /** Nothing before this key is needed any more. */
    void passed(Bytes key) {
        NavigableMap<Bytes, KeyValue> before = remembered.headMap(key, false);
        before.values().forEach(entry -> rememberedBytes -= entry.value().size());
        before.clear();
    }

    /** A key ahead of the copy was changed on the primary. What the walk saw later is newer. */
    void changed(WatchEvent event) {
        KeyValue known = remembered.get(event.key());
        if (dependents == null || (known != null && known.modRevision() >= event.revision())) {
            return;
        }
        if (known != null) {
            remembered.remove(event.key());
            rememberedBytes -= known.value().size();
        }
        if (event.type() == WatchEvent.Type.PUT && wholeFrom < Long.MAX_VALUE) {
            remember(event.entry());
        }
    }

    /** Whether {@link #page} can tell what the primary held at {@code revision}, to which all changes ahead of the copy were told. */
    boolean knowsAll(long revision) {
        return revision >= wholeFrom;
    }

    /** What the primary holds in a range ahead of the copy, of all that may be in scope. */
    Page page(KeyRange range, int limit, long revision) {
        List<KeyValue> entries = new ArrayList<>();
        Bytes end = range.end();
        for (KeyValue entry : remembered.tailMap(range.start(), true).values()) {
            if (end != null && entry.key().compareTo(end) >= 0) {
                break;
            }
            if (entries.size() == limit) {
                return new Page(entries, true, entries.size(), revision);
            }
            entries.add(entry);
        }
        return new Page(entries, false, entries.size(), revision);
    }

    /** The primary's entries of these keys, as they are now or were a little while ago. */
    List<KeyValue> read(Collection<Bytes> keys) {
        List<KeyValue> entries = new ArrayList<>();
        List<Bytes> unknown = new ArrayList<>();
        for (Bytes key : keys) {
            KeyValue known = remembered.get(key);
            if (known == null) {
                unknown.add(key);
            } else {
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
            wholeFrom = 0;
            long walked = walk(scope.range(), entry -> enter(entry, made));
            wholeFrom = Math.max(wholeFrom, walked);
            dependents = made;
            return made;
        }
        return index;
    }

    /** Whose it is, as it says itself. Whether it is wanted is asked when it is pulled. */
    private void enter(KeyValue entry, Map<Bytes, List<Bytes>> index) {
        if (!scope.mayAdmit(entry.key())) {
            return;
        }
        remember(entry);
        StoredObject.read(entry.value()).ifPresent(object -> {
            for (OwnerReference owner : object.owners()) {
                mapping.key(owner, object.namespace())
                        .ifPresent(key -> index.merge(key, List.of(entry.key()), Families::joined));
            }
        });
    }

    private void remember(KeyValue entry) {
        if (rememberedBytes >= MOST_BYTES) {
            wholeFrom = Long.MAX_VALUE;
            return;
        }
        remembered.put(entry.key(), entry);
        rememberedBytes += entry.value().size();
    }

    private static List<Bytes> joined(List<Bytes> some, List<Bytes> more) {
        List<Bytes> all = some instanceof ArrayList ? some : new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    /** What changes meanwhile is the tail's to bring. */
    private long walk(KeyRange range, Consumer<KeyValue> reader) {
        try {
            return new Walk(source, range, pageSize).read(reader);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RestartException("interrupted");
        }
    }
}
