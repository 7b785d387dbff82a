package io.drkit.etcd.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.etcd.snapshot.TestSite.Saved;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.snapshot.SnapshotFolder;
import io.drkit.snapshot.SnapshotStore.Kept;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program that seeds a standby dies by SIGKILL, after each step of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class KilledSeedingTest {

    private Saved saved;

    @BeforeAll
    void takeASnapshot(@TempDir Path folder) {
        try (TestSite primary = TestSite.start(EtcdServer.builder())) {
            primary.becomePrimary(5);
            primary.loadRecorded();
            saved = primary.save(folder.resolve("saved"));
        }
    }

    @AfterAll
    void nothingIsLeft() {
        assertThat(Scratches.left()).isEmpty();
    }

    private Process start(Path target, Path scratch) throws IOException {
        return SeedProgram.start(
                saved.file(),
                saved.file().resolveSibling(SnapshotFolder.MANIFEST),
                target,
                scratch,
                EtcdBinary.installed().etcd());
    }

    private static boolean saysWhile(Process program, String text) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            said.append(line).append('\n');
            if (line.contains(text)) {
                return true;
            }
        }
        System.out.println(said);
        return false;
    }

    @ParameterizedTest
    @ValueSource(strings = {"is served at", "has the role of a standby", "is standby"})
    void killed_after_a_step_it_leaves_no_snapshot_and_no_server_and_no_folder(
            String step, @TempDir Path target, @TempDir Path scratch) throws Exception {
        Process program = start(target, scratch);
        assertThat(saysWhile(program, step)).isTrue();
        program.destroyForcibly().waitFor();

        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> Scratches.in(scratch).isEmpty()
                        && Scratches.runningIn(scratch).isEmpty());
        // After the last step it may have come through before it died.
        for (Kept kept : new SnapshotFolder(target).list()) {
            assertThat(step).isEqualTo("is standby");
            assertIsAStandby(new SnapshotFolder(target).file(kept.sound().orElseThrow()));
        }
        for (Path unfinished : unfinished(target)) {
            assertThat(step).as("%s", unfinished).isEqualTo("is standby");
        }
    }

    private static List<Path> unfinished(Path target) throws IOException {
        try (Stream<Path> all = Files.list(target)) {
            return all.filter(each -> each.getFileName().toString().startsWith("."))
                    .toList();
        }
    }

    private static void assertIsAStandby(Path file) {
        try (ScratchEtcd etcd = ScratchEtcd.serve(file, Scratches.of(EtcdBinary.installed()))) {
            assertThat(Site.at(etcd.store()).role()).hasValue(new SiteRole(Role.STANDBY, 5));
        }
    }

    @Test
    void left_alone_it_comes_through_whatever_etcds_variables_say(@TempDir Path target, @TempDir Path scratch)
            throws Exception {
        Process program = start(target, scratch);
        assertThat(saysWhile(program, "done")).isTrue();
        assertThat(program.waitFor()).isZero();
        List<Kept> kept = new SnapshotFolder(target).list();
        assertThat(kept).isNotEmpty();
        for (Kept each : kept) {
            assertIsAStandby(new SnapshotFolder(target).file(each.sound().orElseThrow()));
        }
        assertThat(Scratches.in(scratch)).isEmpty();
        assertThat(Scratches.runningIn(scratch)).isEmpty();
    }
}
