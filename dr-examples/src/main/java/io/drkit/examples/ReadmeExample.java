package io.drkit.examples;

import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.Level;
import io.drkit.etcd.EtcdPair;
import io.drkit.keyspace.MirrorScope;
import io.drkit.mirror.MirrorSession;
import java.time.Duration;

/** What the README shows, so that it compiles and is tested. */
public final class ReadmeExample {

    private ReadmeExample() {}

    static ConsistencyReport mirrorAndCheck(String primary, String standby) throws InterruptedException {
        // README: from here
        MirrorScope scope = MirrorScope.all();
        try (EtcdPair sites = EtcdPair.connect(primary, standby);
                MirrorSession session = sites.mirror().start(scope)) {
            session.awaitCaughtUp(Duration.ofMinutes(5));
            return sites.checker().check(scope, Level.VALUES);
        }
        // README: to here
    }
}
