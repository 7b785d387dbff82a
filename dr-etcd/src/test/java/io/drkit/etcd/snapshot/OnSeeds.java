package io.drkit.etcd.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.Level;
import io.drkit.etcd.snapshot.TestSite.Saved;
import io.drkit.keyspace.MirrorScope;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus;
import io.drkit.snapshot.SnapshotFolder;
import io.drkit.snapshot.SnapshotSource.Progress;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One primary for all tests of a class, each of which finds it as if never used; the standbys are served from seeds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
abstract class OnSeeds {

    static final Duration SOON = Duration.ofSeconds(60);
    static final MirrorScope SCOPE = MirrorScope.all();

    @TempDir
    Path folder;

    TestSite primary;

    EtcdBinary binary() {
        return EtcdBinary.installed();
    }

    @BeforeAll
    void startPrimary() {
        primary = TestSite.start(EtcdServer.builder().binary(binary()));
    }

    @AfterAll
    void stopPrimary() {
        if (primary != null) {
            primary.close();
        }
    }

    @BeforeEach
    void wipe() {
        primary.wipe();
    }

    EtcdStandbySeeder seeder() {
        return new EtcdStandbySeeder(Scratches.of(binary()), Clock.systemUTC());
    }

    Seed seed(Saved saved, SeedOptions options) throws IOException {
        return seeder().prepare(saved.file(), saved.manifest(), seeds(), options, Progress.NONE);
    }

    SnapshotFolder seeds() {
        return new SnapshotFolder(folder.resolve("seeds"));
    }

    TestSite serve(Seed seed) {
        return TestSite.start(EtcdServer.builder().binary(binary()).restoredFrom(seeds().file(seed.snapshot())));
    }

    static MirrorOptions mirrorOptions() {
        return MirrorOptions.builder()
                .lockTimeToLive(Duration.ofSeconds(2))
                .maxBackoff(Duration.ofMillis(500))
                .build();
    }

    static MirrorStatus mirror(TestSite from, TestSite to) throws InterruptedException {
        try (MirrorSession session = new DefaultKeyMirror(from.store(), to.store(), mirrorOptions()).start(SCOPE)) {
            assertThat(session.awaitCaughtUp(SOON)).as("%s", session.status()).isTrue();
            return session.status();
        }
    }

    static void assertConsistent(TestSite from, TestSite to) {
        assertThat(new DefaultConsistencyChecker(from.store(), to.store(), CheckerOptions.DEFAULT)
                        .check(SCOPE, Level.VALUES)
                        .isConsistent())
                .isTrue();
        assertThat(to.registry()).isEqualTo(from.registry());
    }

    void refused(Saved saved, SeedOptions options, String because) throws IOException {
        assertThatThrownBy(() -> seed(saved, options))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(because);
        assertThat(seeds().list()).isEmpty();
        assertThat(Scratches.left()).isEmpty();
    }
}
