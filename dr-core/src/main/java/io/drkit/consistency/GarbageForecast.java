package io.drkit.consistency;

import io.drkit.SiteUnreachableException;
import io.drkit.keyspace.RestMapping;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Walk;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * What a Kubernetes garbage collector would delete at a site, as its registry is now: every object whose owners are all absent, and in turn
 * whatever only such objects own.
 *
 * <p>An owner is absent where no object has its uid: one of its name that was created anew has another. What the collector does not know it
 * leaves alone, and so does this: objects, and dependents of objects, of a kind that is neither built in nor defined there by a
 * CustomResourceDefinition. An owner whose value cannot be read counts as there.
 *
 * @param revision of the site that was read
 * @param count how many keys would be deleted
 * @param first the first of them, in key order
 * @param unreadable how many values could not be read, encrypted ones above all; whether their keys would be deleted is not known
 */
public record GarbageForecast(long revision, long count, List<Doomed> first, long unreadable) {

    private static final String DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";

    /**
     * A key that would be deleted.
     *
     * @param owner the first of its owners, absent or to be deleted as well, like all of them; empty where the object was gone or changed when
     *     it was looked at again
     */
    public record Doomed(Bytes key, Optional<OwnerReference> owner) {

        @Override
        public String toString() {
            return key.printable()
                    + owner.map(o -> " (of " + o.kind() + " " + o.name() + ")").orElse("");
        }
    }

    public GarbageForecast {
        first = List.copyOf(first);
    }

    /**
     * Reads a registry once, with its values; writes nothing. Memory: some 240 bytes for an object that has owners, 40 for any other.
     *
     * @param site to be read through what decrypts it, where its values are encrypted
     * @param registryPrefix kube-apiserver's {@code --etcd-prefix} there
     * @param sample how many keys are named
     * @throws SiteUnreachableException when the site cannot be reached
     * @throws CompactedException when it is compacted again and again, faster than a page is read
     */
    public static GarbageForecast of(KeyStore site, String registryPrefix, int sample) {
        KeyRange registry = KeyRange.folder(registryPrefix);
        RestMapping kinds = new RestMapping(registryPrefix);
        Walk.through(
                site,
                KeyRange.folder(registry.start().utf8() + DEFINITIONS),
                entry -> StoredObject.read(entry.value()).ifPresent(kinds::learn));
        Ownership ownership = new Ownership();
        long[] unreadable = {0};
        long revision = Walk.through(site, registry, entry -> {
            Optional<StoredObject> object = StoredObject.read(entry.value());
            if (object.isEmpty()) {
                unreadable[0]++;
                ownership.unreadable(entry.key());
            } else {
                add(ownership, kinds, entry.key(), object.get());
            }
        });
        BitSet doomed = ownership.doomed();
        List<Doomed> first = doomed.stream()
                .limit(sample)
                .mapToObj(ownership::key)
                .map(key -> new Doomed(key, owner(site, key, revision)))
                .toList();
        return new GarbageForecast(revision, doomed.cardinality(), first, unreadable[0]);
    }

    /** Whether nothing would be deleted. */
    public boolean isEmpty() {
        return count == 0;
    }

    private static void add(Ownership ownership, RestMapping kinds, Bytes key, StoredObject object) {
        List<Ownership.Owner> owners = new ArrayList<>();
        for (OwnerReference owner : object.owners()) {
            kinds.key(owner, object.namespace())
                    .ifPresent(there -> owners.add(new Ownership.Owner(owner.uid(), there)));
        }
        OwnerReference itself = new OwnerReference(object.apiVersion(), object.kind(), object.name(), object.uid());
        boolean collectable = !owners.isEmpty()
                && owners.size() == object.owners().size()
                && kinds.key(itself, object.namespace()).isPresent();
        if (collectable) {
            ownership.dependent(key, object.uid(), owners);
        } else {
            ownership.object(object.uid());
        }
    }

    private static Optional<OwnerReference> owner(KeyStore site, Bytes key, long revision) {
        return entry(site, key, revision)
                .flatMap(entry -> StoredObject.read(entry.value()))
                .flatMap(object -> object.owners().stream().findFirst());
    }

    private static Optional<KeyValue> entry(KeyStore site, Bytes key, long revision) {
        RangeRequest one = RangeRequest.of(new KeyRange(key, key.successor()), revision, 1);
        try {
            return site.range(one).entries().stream().findFirst();
        } catch (CompactedException e) {
            return site.range(RangeRequest.of(one.range(), 0, 1)).entries().stream()
                    .findFirst();
        }
    }
}
