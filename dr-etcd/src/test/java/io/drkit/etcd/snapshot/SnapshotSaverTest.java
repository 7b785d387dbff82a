package io.drkit.etcd.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.Bytes;
import io.drkit.site.Site;
import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.SnapshotFolder;
import io.drkit.snapshot.SnapshotMember;
import io.drkit.snapshot.SnapshotSaver;
import io.drkit.snapshot.SnapshotSource;
import io.drkit.snapshot.SnapshotSource.Progress;
import io.drkit.snapshot.SnapshotStore.Kept;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Saving, on real etcd. */
@Timeout(120)
class SnapshotSaverTest {

    @TempDir
    Path temporary;

    private SnapshotFolder folder;

    @BeforeEach
    void newFolder() {
        folder = new SnapshotFolder(temporary.resolve("snapshots"));
    }

    static Stream<EtcdBinary> versions() {
        return Sites.versions();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void every_key_of_the_revision_saved_under_writes_is_there_when_restored(EtcdBinary binary) throws Exception {
        try (EtcdServer server = EtcdServer.builder().binary(binary).start();
                EtcdKeyStore store = Sites.store(server)) {
            Sites.load(store);
            String site = Site.at(store).identify();
            Map<Bytes, Long> acknowledged = new ConcurrentHashMap<>();
            AtomicBoolean over = new AtomicBoolean();
            Thread writer = new Thread(() -> {
                for (int i = 0; !over.get(); i++) {
                    String key = "/registry/writer/" + i % 500;
                    acknowledged.put(Bytes.utf8(key), Sites.put(store, key, "v" + i));
                }
            });
            writer.start();
            Snapshot saved;
            Map<Bytes, Long> before;
            try {
                while (acknowledged.size() < 200) {
                    Thread.onSpinWait();
                }
                before = Map.copyOf(acknowledged);
                saved = Sites.saver(store).save(folder, Progress.NONE);
            } finally {
                over.set(true);
                writer.join();
            }
            assertThat(before.values()).allMatch(revision -> revision <= saved.revision());
            assertThat(saved.siteId()).isEqualTo(site);
            assertThat(saved.kubernetesVersion()).isEmpty();
            assertThat(saved.etcdVersion()).isEqualTo(binary.version());
            assertThat(saved.users()).isFalse();
            assertThat(saved.sample()).hasSizeGreaterThan(20);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.file(saved))))
                    .isEqualTo("rw-------");
            assertThat(folder.list()).containsExactly(new Kept(saved.name(), saved, ""));
            try (EtcdServer restored = EtcdServer.builder()
                            .binary(binary)
                            .restoredFrom(folder.file(saved))
                            .start();
                    EtcdKeyStore there = Sites.store(restored)) {
                assertThat(there.revision()).isEqualTo(saved.revision());
                assertThat(Sites.content(there, 0))
                        .hasSize(Math.toIntExact(Objects.requireNonNull(saved.keys())))
                        .isEqualTo(Sites.content(store, saved.revision()));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void the_revision_is_right_where_a_compaction_removed_the_last_change(EtcdBinary binary) throws Exception {
        try (EtcdServer server = EtcdServer.builder().binary(binary).start();
                EtcdKeyStore store = Sites.store(server)) {
            Sites.put(store, "/registry/one", "1");
            Sites.put(store, "/registry/two", "2");
            long last = Sites.delete(store, "/registry/two");
            server.etcdctl("compact", "--physical", Long.toString(last));
            assertThat(Sites.saver(store).save(folder, Progress.NONE).revision())
                    .isEqualTo(last);
            Sites.fill(store, 3_000, 3_000);
            Snapshot deep = Sites.saver(store).save(folder, Progress.NONE);
            assertThat(deep.revision()).isEqualTo(last + 60);
            assertThat(deep.keys()).isEqualTo(3_001);
            assertThat(deep.sample()).hasSizeGreaterThan(50);
        }
    }

    @Test
    void of_three_members_one_that_is_not_the_leader_gives_it_and_another_when_it_hangs() throws Exception {
        try (EtcdServer server = EtcdServer.builder().members(3).start();
                EtcdKeyStore store = Sites.store(server)) {
            Sites.load(store);
            List<SnapshotMember> members = store.snapshots().members();
            assertThat(members).hasSize(3);
            SnapshotMember leader =
                    members.stream().filter(SnapshotMember::leader).findFirst().orElseThrow();
            Snapshot first = Sites.saver(store).save(folder, Progress.NONE);
            assertThat(first.member()).isNotEqualTo(leader.name());
            int gave = server.endpoints().indexOf(first.member());
            server.freeze(gave);
            try {
                // A connection that led there leads elsewhere when a call has waited in vain.
                await().atMost(Duration.ofSeconds(40)).ignoreExceptions().until(() -> store.revision() > 0);
                Snapshot second = Sites.saver(store).save(folder, Progress.NONE);
                assertThat(second.member()).isNotEqualTo(first.member());
                assertThat(second.keys()).isEqualTo(first.keys());
            } finally {
                server.thaw(gave);
            }
        }
    }

    @Test
    void a_site_with_users_says_so() throws Exception {
        try (EtcdServer server = EtcdServer.builder().auth("hush").start();
                EtcdKeyStore store = EtcdKeyStore.connect(EtcdConnection.to(server.endpoints())
                        .user("root", "hush"::toCharArray)
                        .build())) {
            Snapshot saved = Sites.saver(store).save(folder, Progress.NONE);
            assertThat(saved.users()).isTrue();
            assertThat(saved.toJson()).doesNotContain("hush");
        }
    }

    @Test
    void a_member_that_lags_behind_is_left_for_another_and_what_is_not_the_sites_is_refused() throws Exception {
        try (EtcdServer server = EtcdServer.builder().start();
                EtcdServer stranger = EtcdServer.builder().start();
                EtcdKeyStore store = Sites.store(server);
                EtcdKeyStore strange = Sites.store(stranger)) {
            Sites.put(store, "/registry/a", "1");
            Path old = temporary.resolve("old");
            server.snapshotSave(old);
            Sites.put(store, "/registry/a", "2");
            SnapshotSource lagging = new Answering(store.snapshots(), old);
            assertThatThrownBy(() -> saver(lagging, store).save(folder, Progress.NONE))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("lags behind");
            for (int i = 0; i < 5; i++) {
                Sites.put(strange, "/registry/a", "something else");
            }
            Sites.put(store, "/registry/a", "3");
            Sites.put(store, "/registry/a", "4");
            Sites.put(store, "/registry/a", "5");
            Path others = temporary.resolve("others");
            stranger.snapshotSave(others);
            assertThatThrownBy(() -> saver(new Answering(store.snapshots(), others), store)
                            .save(folder, Progress.NONE))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("is not what")
                    .hasMessageNotContaining("something else");
            assertNothingIsLeft();
        }
    }

    @Test
    void a_member_that_gives_a_damaged_file_is_left_for_another() throws Exception {
        try (EtcdServer server = EtcdServer.builder().start();
                EtcdKeyStore store = Sites.store(server)) {
            Sites.put(store, "/registry/a", "1");
            Path damaged = temporary.resolve("damaged");
            server.snapshotSave(damaged);
            byte[] bytes = Files.readAllBytes(damaged);
            bytes[bytes.length / 2] ^= 1;
            Files.write(damaged, bytes);
            SnapshotSource sound = store.snapshots();
            SnapshotMember member = sound.members().get(0);
            int[] asked = new int[1];
            SnapshotSource mixed = new SnapshotSource() {
                @Override
                public String name() {
                    return sound.name();
                }

                @Override
                public List<SnapshotMember> members() {
                    return List.of(member, member);
                }

                @Override
                public void download(SnapshotMember from, OutputStream to, Progress progress) throws IOException {
                    if (asked[0]++ == 0) {
                        Files.copy(damaged, to);
                    } else {
                        sound.download(from, to, progress);
                    }
                }
            };
            Snapshot saved = saver(mixed, store).save(folder, Progress.NONE);
            assertThat(asked[0]).isEqualTo(2);
            assertThat(saved.revision()).isEqualTo(store.revision());
            assertThat(folder.list()).containsExactly(new Kept(saved.name(), saved, ""));
        }
    }

    private static SnapshotSaver saver(SnapshotSource source, EtcdKeyStore store) {
        return new SnapshotSaver(source, store, new EtcdSnapshotReader(), Clock.systemUTC());
    }

    /** Gives another file than the member would. */
    private record Answering(SnapshotSource source, Path file) implements SnapshotSource {

        @Override
        public String name() {
            return source.name();
        }

        @Override
        public List<SnapshotMember> members() {
            return source.members();
        }

        @Override
        public void download(SnapshotMember member, OutputStream to, Progress progress) throws IOException {
            Files.copy(file, to);
        }
    }

    @Test
    void a_line_that_is_cut_midway_leaves_nothing() throws Exception {
        try (EtcdServer server = EtcdServer.builder().start();
                EtcdKeyStore direct = Sites.store(server);
                SeveredLink link = SeveredLink.to("127.0.0.1", server.port(0));
                EtcdKeyStore store = EtcdKeyStore.connect(
                        EtcdConnection.to("http://127.0.0.1:" + link.port()).build())) {
            Sites.fill(direct, 200, 10_000);
            link.throttle(1 << 20);
            assertThatThrownBy(() -> Sites.saver(store).save(folder, (done, total) -> {
                        if (done > total / 4) {
                            link.cut();
                        }
                    }))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("No snapshot");
            assertNothingIsLeft();
        }
    }

    @Test
    void a_full_disk_leaves_no_half_file_and_the_earlier_ones() throws Exception {
        Path disk = Files.createDirectory(temporary.resolve("disk"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "none", disk.toString()) == 0, "needs to mount");
        try (EtcdServer server = EtcdServer.builder().start();
                EtcdKeyStore store = Sites.store(server)) {
            SnapshotFolder small = new SnapshotFolder(disk.resolve("snapshots"));
            Snapshot first = Sites.saver(store).save(small, Progress.NONE);
            Sites.fill(store, 300, 10_000);
            assertThatThrownBy(() -> Sites.saver(store).save(small, Progress.NONE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
            assertThat(small.list()).containsExactly(new Kept(first.name(), first, ""));
            assertThat(new EtcdSnapshotReader().read(small.file(first)).sha256())
                    .isEqualTo(first.sha256());
            try (Stream<Path> all = Files.list(disk.resolve("snapshots"))) {
                assertThat(all).hasSize(1);
            }
        } finally {
            run("umount", disk.toString());
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).start().waitFor();
    }

    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> all = Files.list(temporary.resolve("snapshots"))) {
            assertThat(all).isEmpty();
        }
    }
}
