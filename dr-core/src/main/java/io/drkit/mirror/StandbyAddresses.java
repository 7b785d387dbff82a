package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.mirror.Strangers.Mark;
import io.drkit.object.ObjectField;
import io.drkit.object.StoredObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cluster IPs and node ports of the standby's own services. A service of the primary comes with those that the primary gave it; where one is
 * taken on the standby, two services would answer for it, and so the primary's is not written.
 */
final class StandbyAddresses {

    private static final int PAGE = 1_000;

    private final KeyStore standby;
    private final MirrorScope scope;
    private final KeyRange services;
    private final Strangers strangers;
    private final Map<String, Bytes> taken = new HashMap<>();
    private boolean known;

    StandbyAddresses(KeyStore standby, MirrorScope scope, Strangers strangers) {
        this.standby = standby;
        this.scope = scope;
        this.services = KeyRange.prefix(scope.registryPrefix() + "/services/specs/");
        this.strangers = strangers;
    }

    /** Someone else wrote this key of the standby: what is known of its services may not be so any more. */
    void changed(Bytes key) {
        known &= !services.contains(key);
    }

    /** What is known may have become untrue without anyone else's doing. */
    void lookAgain() {
        known = false;
    }

    /** Why the standby cannot have a service of the primary, if it cannot. */
    Optional<String> takenFrom(KeyValue wanted) {
        if (!scope.standbyIsAlive() || !services.contains(wanted.key())) {
            return Optional.empty();
        }
        if (!known) {
            look();
        }
        return addresses(wanted).stream()
                .filter(address -> !wanted.key().equals(taken.getOrDefault(address, wanted.key())))
                .findFirst()
                .map(address -> "on the standby, " + address + " belongs to its own service "
                        + taken.getOrDefault(address, Bytes.EMPTY).printable());
    }

    private void look() {
        taken.clear();
        Map<Bytes, Mark> marks = strangers.marks(services);
        Scan scan = new Scan(standby, RangeRequest.of(services, 0, PAGE));
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            if (!scope.holds(entry) || strangers.isStranger(entry, marks.get(entry.key()))) {
                Bytes key = entry.key();
                addresses(entry).forEach(address -> taken.put(address, key));
            }
        }
        known = true;
    }

    private static List<String> addresses(KeyValue service) {
        List<String> addresses = new ArrayList<>();
        StoredObject.read(service.value()).ifPresent(object -> {
            object.values(ObjectField.SERVICE_CLUSTER_IPS).forEach(ip -> addresses.add("cluster IP " + ip));
            object.values(ObjectField.SERVICE_NODE_PORTS).forEach(port -> addresses.add("node port " + port));
        });
        return addresses;
    }
}
