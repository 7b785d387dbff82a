package io.drkit.etcd.mirror.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.ConsistencyReport;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.RangeRequest;
import io.drkit.mirror.MirrorSession;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same recorded primary where nobody gave its encryption configuration: what can be decided without reading it is mirrored as it is stored. */
class WithoutConfigurationsTest extends OnLivingSites {

    @Test
    void ends_level_in_all_that_can_be_decided_and_withholds_secrets() throws Exception {
        loadRecorded();
        try (MirrorSession session = mirror()) {
            caughtUp(session);
            judge().isLevelSoon(SOON);
            judge().staysLevel(whileLevel(15));
            judge().nothingWasLostOnTheWay();
            judge().everyReplicaSetHasItsPods(Duration.ofSeconds(20));
            judge().itsOwnIsUntouched(living());
            ConsistencyReport report = judge().check();
            assertThat(report.comparison().undecidable()).isPositive();
            assertThat(report.comparison().undecidableSample())
                    .allSatisfy(key -> assertThat(key.utf8()).startsWith("/registry/secrets/"));
            assertThat(secrets("team-1")).isEmpty();
        }
    }

    private List<Bytes> secrets(String namespace) {
        KeyStore standby = standby();
        return standby
                .range(RangeRequest.of(KeyRange.prefix("/registry/secrets/" + namespace + "/"), 0, 100)
                        .onlyKeys())
                .entries()
                .stream()
                .map(entry -> entry.key())
                .toList();
    }
}
