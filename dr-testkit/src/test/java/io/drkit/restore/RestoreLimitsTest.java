package io.drkit.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.keystore.KeyRange;
import io.drkit.restore.RestoreReport.Outcome;
import io.drkit.testkit.controlplane.EtcdSite;
import io.drkit.testkit.etcd.EtcdBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What becomes of a restore that fills up the disk. */
class RestoreLimitsTest {

    /** A tool that needs all the space there is. */
    private static Path filling(Path folder) throws IOException {
        Path tool = Files.writeString(
                folder.resolve("filling"), """
                #!/bin/sh
                case "$*" in *--data-dir*) ;; *) exec %s "$@" ;; esac
                while [ "$1" != --data-dir ]; do shift; done
                mkdir -p "$2/member" && cat /dev/zero > "$2/member/filled"
                exit 1
                """.formatted(EtcdBinary.installed().restorer()));
        assertThat(tool.toFile().setExecutable(true)).isTrue();
        return tool;
    }

    private static int sh(String command) {
        try {
            return new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void that_the_restored_site_takes_no_writes_is_told() throws Exception {
        try (RestoreLab lab = RestoreLab.onThisMachine(EtcdBinary.installed(), 1)) {
            lab.site().store(0).raiseNoSpace();
            lab.save("full.db");
            Path full = lab.folder().resolve("full.db");
            RestoreTarget target = new RestoreTarget(
                    full,
                    RestoreLab.manifest(
                            full,
                            lab.site().store(0).revision(),
                            lab.site().store(0).count(KeyRange.ALL),
                            RestoreLab.SITE),
                    Optional.of(RestoreLab.SITE),
                    Optional.empty());
            RestoreReport report = lab.restore().run(target, lab.store());
            assertThat(report.isRestored()).as(report.toString()).isTrue();
            assertThat(report.toString()).contains("takes no writes");
        }
    }

    @Test
    void a_disk_that_fills_up_meanwhile_is_not_left_full_and_all_is_as_it_was() throws Exception {
        try (RestoreLab lab = RestoreLab.onThisMachine(EtcdBinary.installed(), 1)) {
            EtcdSite site = lab.site();
            Path data = site.data(0);
            Path manifest = site.path(0, EtcdSite.MANIFEST);
            Path away = lab.folder().resolve("etcd.yaml");
            Files.move(manifest, away);
            Awaitility.await().until(() -> sh("! pgrep -f -- [-]-data-dir=" + data + " >/dev/null") == 0);
            assumeTrue(
                    sh("mv " + data + "/member " + lab.folder() + " && mount -t tmpfs -o size=500m tmpfs " + data) == 0,
                    "needs to mount a small disk");
            try {
                sh("chmod 700 " + data + " && mv " + lab.folder() + "/member " + data);
                Files.move(away, manifest);
                site.awaitHealthy();
                RestoreOptions options =
                        lab.options().tool(filling(lab.folder()).toString()).build();
                RestoreReport report =
                        SnapshotRestore.on(site.accesses(), options, said -> {}).run(lab.target(), lab.store());
                assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.UNDONE);
                assertThat(data.resolve(".drkit-restore")).doesNotExist();
                assertThat(data.toFile().getUsableSpace()).isGreaterThan(100 << 20);
                lab.requireUntouched();
            } finally {
                site.close();
                sh("umount " + data);
            }
        }
    }
}
