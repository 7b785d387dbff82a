package io.drkit.etcd.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.etcd.snapshot.TestSite.Saved;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A snapshot is served to this process alone, and nothing is left of that. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ScratchEtcdTest {

    private static final EtcdBinary INSTALLED = EtcdBinary.installed();

    private Path folder;
    private Saved saved;
    private Saved withUsers;
    private long keys;

    static Stream<EtcdBinary> versions() {
        return Stream.concat(Stream.of(INSTALLED), EtcdBinary.v35().stream());
    }

    @BeforeAll
    void takeSnapshots(@TempDir Path temporary) {
        folder = temporary;
        try (TestSite site = TestSite.start(EtcdServer.builder())) {
            site.loadRecorded();
            keys = site.store().count(KeyRange.ALL);
            saved = site.save(folder.resolve("saved"));
        }
        try (TestSite site = TestSite.startWithUsers(EtcdServer.builder())) {
            site.put("/registry/a", "x");
            withUsers = site.save(folder.resolve("saved"));
        }
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(Scratches.left()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void it_serves_what_the_snapshot_holds_and_leaves_it_as_it_is(EtcdBinary etcd) throws IOException {
        byte[] before = Files.readAllBytes(saved.file());
        try (ScratchEtcd scratch = ScratchEtcd.serve(saved.file(), Scratches.of(etcd))) {
            assertThat(scratch.revision()).isEqualTo(saved.manifest().revision());
            assertThat(scratch.store().count(KeyRange.ALL)).isEqualTo(keys);
        }
        assertThat(Files.readAllBytes(saved.file())).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void users_of_the_snapshot_need_not_be_known(EtcdBinary etcd) {
        try (ScratchEtcd scratch = ScratchEtcd.serve(withUsers.file(), Scratches.of(etcd))) {
            assertThat(scratch.store().read(List.of(Bytes.utf8("/registry/a")))).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void nobody_gets_in_without_the_certificate_of_this_run(EtcdBinary etcd) throws IOException {
        try (ScratchEtcd scratch = ScratchEtcd.serve(saved.file(), Scratches.of(etcd))) {
            Path files = Scratches.left().get(0);
            assertThat(mode(files)).isEqualTo("rwx------");
            assertThat(mode(files.resolve("key.pem"))).isEqualTo("rw-------");
            assertThat(mode(files.resolve("data"))).isEqualTo("rwx------");
            EtcdConnection without = EtcdConnection.to(scratch.store().name())
                    .authority(files.resolve("certificate.pem"))
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();
            assertThatThrownBy(() -> EtcdKeyStore.connect(without)).isInstanceOf(SiteUnreachableException.class);
            Path other = Files.createDirectories(folder.resolve("other"));
            try (ScratchFolder made = ScratchFolder.in(other)) {
                OneTimeCertificate stranger = OneTimeCertificate.in(made);
                EtcdConnection with = EtcdConnection.to(scratch.store().name())
                        .authority(files.resolve("certificate.pem"))
                        .clientCertificate(stranger.certificate(), stranger.key())
                        .connectTimeout(Duration.ofSeconds(2))
                        .build();
                assertThatThrownBy(() -> EtcdKeyStore.connect(with)).isInstanceOf(SiteUnreachableException.class);
            }
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void a_truncated_file_is_refused() throws IOException {
        byte[] whole = Files.readAllBytes(saved.file());
        Path half = folder.resolve("half.db");
        Files.write(half, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> ScratchEtcd.serve(half, Scratches.of(INSTALLED)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("cannot be restored");
    }

    @Test
    void what_is_missing_is_said_before_anything_is_done() {
        assertThatThrownBy(() -> ScratchEtcd.serve(folder.resolve("none"), Scratches.of(INSTALLED)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not exist or cannot be read");
        ScratchOptions noEtcd =
                ScratchOptions.builder().etcd(folder.resolve("none")).build();
        assertThatThrownBy(() -> ScratchEtcd.serve(saved.file(), noEtcd))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no program that can be run. Install");
    }

    private Path script(String name, String text) throws IOException {
        Path script = folder.resolve(name);
        Files.writeString(script, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }

    private static ScratchOptions options(Path etcd, Path restorer) {
        ScratchOptions defaults = Scratches.of(INSTALLED);
        return ScratchOptions.builder()
                .folder(defaults.folder())
                .etcd(etcd)
                .restorer(restorer)
                .build();
    }

    /** A full disk itself takes the right to mount one. */
    @Test
    void a_full_disk_is_told_apart_from_a_bad_file() throws IOException {
        Path restorer = script("full", "echo 'Error: write data/member/snap/db: no space left on device' >&2; exit 1");
        assertThatThrownBy(() -> ScratchEtcd.serve(saved.file(), options(INSTALLED.etcd(), restorer)))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("no space left on device. Make room in");
    }

    @Test
    void a_port_that_was_taken_meanwhile_is_left_for_another() throws IOException {
        Path etcd = script(
                "taken",
                "[ \"$1\" = --help ] && exec " + INSTALLED.etcd() + " --help\n"
                        + "[ -e tried ] && exec " + INSTALLED.etcd() + " \"$@\"\n"
                        + "touch tried; echo 'listen tcp 127.0.0.1:1: bind: address already in use' >&2; exit 1");
        Path etcdctl = INSTALLED.etcd().resolveSibling("etcdctl");
        try (ScratchEtcd scratch = ScratchEtcd.serve(saved.file(), options(etcd, etcdctl))) {
            assertThat(scratch.store().count(KeyRange.ALL)).isEqualTo(keys);
        }
    }

    @Test
    void an_etcd_that_does_not_start_is_quoted_without_what_it_logged_beside() throws IOException {
        Path etcd = script(
                "broken",
                "echo '{\"level\":\"fatal\",\"msg\":\"cannot go on\",\"error\":\"bad pages\",\"request\":\"/registry/x\"}' >&2; exit 1");
        Path etcdctl = INSTALLED.etcd().resolveSibling("etcdctl");
        assertThatThrownBy(() -> ScratchEtcd.serve(saved.file(), options(etcd, etcdctl)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("said: cannot go on: bad pages. Take another")
                .hasMessageNotContaining("/registry");
    }

    @Test
    void an_etcd_that_dies_is_said_to_have() {
        try (ScratchEtcd scratch = ScratchEtcd.serve(saved.file(), Scratches.of(INSTALLED))) {
            Scratches.runningIn(Scratches.left().get(0)).forEach(ProcessHandle::destroyForcibly);
            assertThatThrownBy(() -> {
                        while (true) {
                            scratch.asked(() -> scratch.store().revision());
                        }
                    })
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("ended amid this (exit code 137)");
        }
    }

    @Test
    void an_interrupt_ends_it() throws Exception {
        Path restorer = script("slow", "exec sleep 600");
        Thread here = Thread.currentThread();
        Thread other = new Thread(() -> {
            while (Scratches.runningIn(Scratches.left().stream().findFirst().orElse(folder.resolve("none")))
                    .isEmpty()) {
                Thread.onSpinWait();
            }
            here.interrupt();
        });
        other.start();
        try {
            assertThatThrownBy(() -> ScratchEtcd.serve(saved.file(), options(INSTALLED.etcd(), restorer)))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("was interrupted");
            assertThat(Thread.interrupted()).isTrue();
        } finally {
            other.join();
        }
    }

    @Test
    void what_takes_too_long_is_given_up() throws IOException {
        Path restorer = script("slow", "exec sleep 600");
        ScratchOptions hasty = ScratchOptions.builder()
                .folder(Scratches.of(INSTALLED).folder())
                .etcd(INSTALLED.etcd())
                .restorer(restorer)
                .timeout(Duration.ofMillis(50))
                .build();
        assertThatThrownBy(() -> ScratchEtcd.serve(saved.file(), hasty))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("took too long");
    }
}
