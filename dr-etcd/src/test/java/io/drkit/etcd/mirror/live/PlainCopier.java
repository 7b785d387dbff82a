package io.drkit.etcd.mirror.live;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import java.util.List;

/** A copy as {@code etcdctl make-mirror} makes it: in key order, one put for each key, and nothing afterwards. What the scope leaves out is left out. */
final class PlainCopier {

    private PlainCopier() {}

    static void copy(KeyStore from, KeyStore to, MirrorScope scope) {
        Scan scan = new Scan(from, RangeRequest.of(scope.range(), 0, 1_000));
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            if (scope.holds(entry)) {
                to.commit(new Transaction(List.of(), List.of(Operation.put(entry.key(), entry.value()))));
            }
        }
    }
}
