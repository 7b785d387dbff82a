package io.drkit.etcd.mirror.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The standby's history, played back: at every revision, whatever came from the primary has one of its owners there, if the primary has any of
 * them; and is in a namespace that is there.
 */
final class Order {

    private static final KeyRange REGISTRY = KeyRange.prefix("/registry/");

    private final KeyStore standby;
    private final long from;
    private final Map<String, Bytes> onPrimary = new HashMap<>();

    /** @param from the revision of the standby before the mirror's first */
    Order(KeyStore primary, KeyStore standby, long from) {
        this.standby = standby;
        this.from = from;
        Scan scan = new Scan(primary, RangeRequest.of(REGISTRY, 0, 1_000));
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            Bytes key = entry.key();
            StoredObject.read(entry.value()).ifPresent(object -> onPrimary.put(object.uid(), key));
        }
    }

    /** Returns how many objects were seen to come with or after their owners. */
    int isKept() throws InterruptedException {
        Map<Bytes, StoredObject> there = new HashMap<>();
        Set<String> uids = new HashSet<>();
        int owned = 0;
        for (List<WatchEvent> revision : revisions()) {
            for (WatchEvent event : revision) {
                StoredObject before = there.remove(event.key());
                if (before != null) {
                    uids.remove(before.uid());
                }
                if (event.type() == WatchEvent.Type.PUT) {
                    StoredObject.read(event.entry().value()).ifPresent(object -> {
                        there.put(event.key(), object);
                        uids.add(object.uid());
                    });
                }
            }
            for (WatchEvent event : revision) {
                StoredObject object = there.get(event.key());
                if (object != null
                        && onPrimary.getOrDefault(object.uid(), Bytes.EMPTY).equals(event.key())) {
                    owned += requireOwner(event, object, uids) ? 1 : 0;
                    requireNamespace(event, object, there);
                }
            }
        }
        return owned;
    }

    private boolean requireOwner(WatchEvent event, StoredObject object, Set<String> uids) {
        List<String> owners = object.owners().stream()
                .map(OwnerReference::uid)
                .filter(onPrimary::containsKey)
                .toList();
        if (!owners.isEmpty()) {
            assertThat(owners)
                    .as("owners of %s at revision %d", event.key().printable(), event.revision())
                    .anyMatch(uids::contains);
        }
        return !owners.isEmpty();
    }

    private void requireNamespace(WatchEvent event, StoredObject object, Map<Bytes, StoredObject> there) {
        String namespace = object.namespace();
        Bytes key = Bytes.utf8("/registry/namespaces/" + namespace);
        if (namespace != null && onPrimary.containsValue(key)) {
            assertThat(there)
                    .as("namespace of %s at revision %d", event.key().printable(), event.revision())
                    .containsKey(key);
        }
    }

    private List<List<WatchEvent>> revisions() throws InterruptedException {
        long last = standby.revision();
        List<List<WatchEvent>> revisions = new ArrayList<>();
        try (Watch watch = standby.watch(REGISTRY, from + 1)) {
            long seen = from;
            while (seen < last) {
                WatchSignal signal = watch.next(Duration.ofSeconds(1));
                if (signal instanceof WatchSignal.Events events) {
                    for (WatchEvent event : events.events()) {
                        if (event.revision() > seen) {
                            revisions.add(new ArrayList<>());
                            seen = event.revision();
                        }
                        revisions.get(revisions.size() - 1).add(event);
                    }
                } else if (signal instanceof WatchSignal.Idle) {
                    return revisions;
                }
            }
        }
        return revisions;
    }
}
