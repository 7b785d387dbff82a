package io.drkit.volsync;

import io.drkit.testkit.volume.PvcReplicatorContract;
import io.drkit.testkit.volume.VolumeSite;
import io.drkit.testkit.workload.TestNamespace;
import io.drkit.volume.PvcReplicator;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;

/** The contract, on two clusters where VolSync is played. */
class VolSyncPvcReplicatorTest extends PvcReplicatorContract {

    private final TwoSites sites = TwoSites.start();
    private final PvcReplicator replicator =
            Replicators.of(sites, Replicators.quick().build());

    @AfterEach
    void close() {
        sites.close();
    }

    @Override
    protected PvcReplicator replicator() {
        return replicator;
    }

    @Override
    protected VolumeSite source() {
        return new Played(sites.primary());
    }

    @Override
    protected VolumeSite destination() {
        return new Played(sites.standby());
    }

    private record Played(StandInSite site) implements VolumeSite {

        @Override
        public String name() {
            return site.name();
        }

        @Override
        public TestNamespace namespace() {
            return site.namespace();
        }

        @Override
        public SortedMap<String, String> read(String claim) {
            return site.files(claim).read();
        }

        @Override
        public void write(String claim, String path, String content) {
            VolSyncScene.awaitBound(site, claim);
            site.files(claim).write(path, content);
        }

        @Override
        public void delete(String claim, String path) {
            site.files(claim).delete(path);
        }
    }
}
