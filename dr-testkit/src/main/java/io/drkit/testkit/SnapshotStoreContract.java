package io.drkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.node.NodeFile;
import io.drkit.snapshot.Retention;
import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.Snapshot.Sample;
import io.drkit.snapshot.SnapshotFolder;
import io.drkit.snapshot.SnapshotRoutine;
import io.drkit.snapshot.SnapshotSource.Progress;
import io.drkit.snapshot.SnapshotStore;
import io.drkit.snapshot.SnapshotStore.Kept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link SnapshotStore} has to do, whose snapshots lie in a folder that the test can see. */
public abstract class SnapshotStoreContract {

    @TempDir
    Path temporary;

    /** A store that keeps them in {@code folder}, which does not exist yet. */
    protected abstract SnapshotStore store(Path folder);

    /** A manifest for content that is nobody's. */
    public static Snapshot manifest(String name, String taken, byte[] content) {
        return new Snapshot(
                name,
                taken,
                "b7d3a1c0",
                "cdf818194e3a8c32",
                "http://127.0.0.1:2379",
                "8e9e05c52164694d",
                7,
                3L,
                content.length,
                NodeFile.sha256(Bytes.copyOf(content)),
                false,
                "3.5.16",
                "v1.30.14",
                List.of(new Sample("L3JlZ2lzdHJ5L2E=", 5, "0".repeat(64))));
    }

    private SnapshotStore store() {
        return store(folder());
    }

    private Path folder() {
        return temporary.resolve("kept here");
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(temporary.resolve(name), content);
    }

    private static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }

    @Test
    protected void what_is_kept_is_listed_oldest_first_and_fetched_as_it_was() throws IOException {
        assertThat(store().list()).isEmpty();
        byte[] large = content((9 << 20) + 17);
        Snapshot late = manifest("late", "2026-02-01T00:00:00Z", large);
        Snapshot early = manifest("early", "2026-01-01T00:00:00Z", content(5));
        store().put(write("1", large), late, Progress.NONE);
        store().put(write("2", content(5)), early, Progress.NONE);
        assertThat(store().list()).containsExactly(new Kept("early", early, ""), new Kept("late", late, ""));
        Path fetched = temporary.resolve("fetched");
        store().fetch(late, fetched, Progress.NONE);
        assertThat(fetched).hasBinaryContent(large);
        assertThat(mode(fetched)).isEqualTo("rw-------");
        assertThat(mode(folder())).isEqualTo("rwx------");
        assertThat(mode(folder().resolve("late/" + SnapshotFolder.CONTENT))).isEqualTo("rw-------");
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    protected void one_that_is_there_stays_and_another_of_its_name_gets_another_name() throws IOException {
        Snapshot first = manifest("same", "2026-01-01T00:00:00Z", content(5));
        Snapshot second = manifest("same", "2026-01-01T00:00:00Z", content(6));
        assertThat(store().put(write("1", content(5)), first, Progress.NONE)).isEqualTo(first);
        assertThat(store().put(write("1", content(5)), first, Progress.NONE)).isEqualTo(first);
        assertThat(store().put(write("2", content(6)), second, Progress.NONE).name())
                .isEqualTo("same-2");
        assertThat(store().list()).extracting(Kept::name).containsExactlyInAnyOrder("same", "same-2");
    }

    @Test
    protected void what_is_not_what_its_manifest_says_is_not_kept() throws IOException {
        Snapshot snapshot = manifest("one", "2026-01-01T00:00:00Z", content(5));
        Path other = write("other", content(6));
        assertThatThrownBy(() -> store().put(other, snapshot, Progress.NONE))
                .isInstanceOf(UnsafeToProceedException.class);
        assertThat(store().list()).isEmpty();
    }

    @Test
    protected void what_is_wrong_with_one_is_told_and_the_others_are_listed_all_the_same() throws IOException {
        for (String name : List.of("gone", "none", "right", "short")) {
            store().put(write(name, content(50)), manifest(name, "2026-01-01T00:00:00Z", content(50)), Progress.NONE);
        }
        Files.delete(folder().resolve("gone/" + SnapshotFolder.CONTENT));
        Files.writeString(folder().resolve("none/" + SnapshotFolder.MANIFEST), "{");
        Files.write(folder().resolve("short/" + SnapshotFolder.CONTENT), content(49));
        assertThat(store().list())
                .extracting(kept -> kept.name() + ": " + kept.flaw())
                .satisfiesExactlyInAnyOrder(
                        gone -> assertThat(gone).isEqualTo("gone: its file is missing"),
                        none -> assertThat(none).contains("none: ", "is not the manifest of a snapshot"),
                        right -> assertThat(right).isEqualTo("right: "),
                        cut -> assertThat(cut).isEqualTo("short: its file has 49 bytes instead of 50"));
    }

    @Test
    protected void one_that_was_changed_is_not_fetched() throws IOException {
        Snapshot snapshot = manifest("one", "2026-01-01T00:00:00Z", content(50));
        store().put(write("1", content(50)), snapshot, Progress.NONE);
        Files.write(folder().resolve("one/" + SnapshotFolder.CONTENT), new byte[] {1}, StandardOpenOption.WRITE);
        Path fetched = temporary.resolve("fetched");
        assertThatThrownBy(() -> store().fetch(snapshot, fetched, Progress.NONE))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("checksum");
        assertThat(fetched).doesNotExist();
    }

    @Test
    protected void what_is_deleted_is_gone_and_deleting_it_again_is_no_error() throws IOException {
        Snapshot snapshot = manifest("one", "2026-01-01T00:00:00Z", content(50));
        store().put(write("1", content(50)), snapshot, Progress.NONE);
        store().delete(snapshot);
        store().delete(snapshot);
        assertThat(store().list()).isEmpty();
        try (Stream<Path> left = Files.list(folder())) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    protected void what_else_lies_there_keeps_nobody_from_the_snapshots() throws IOException {
        for (String name : List.of("binary", "folder", "half", "right")) {
            store().put(write(name, content(50)), manifest(name, "2026-01-01T00:00:00Z", content(50)), Progress.NONE);
        }
        Files.write(folder().resolve("binary/" + SnapshotFolder.MANIFEST), new byte[] {(byte) 0xff, (byte) 0xfe});
        Files.delete(folder().resolve("folder/" + SnapshotFolder.MANIFEST));
        Files.createDirectory(folder().resolve("folder/" + SnapshotFolder.MANIFEST));
        String json = Files.readString(folder().resolve("right/" + SnapshotFolder.MANIFEST));
        Files.writeString(
                folder().resolve("half/" + SnapshotFolder.MANIFEST), json.replaceAll("\\s*\"siteId\"[^\n]*", ""));
        for (String name : List.of("right (copy)", "_right", "two\nlines")) {
            Path odd = Files.createDirectory(folder().resolve(name));
            Files.writeString(odd.resolve(SnapshotFolder.MANIFEST), json);
            Files.write(odd.resolve(SnapshotFolder.CONTENT), content(50));
        }
        List<Kept> kept = store().list();
        assertThat(kept.stream().flatMap(each -> each.sound().stream()).map(Snapshot::name))
                .containsExactly("right");
        assertThat(new Retention(1, 0, 0).dropped(kept, Instant.parse("2026-02-01T00:00:00Z")))
                .isEmpty();
    }

    @Test
    protected void a_link_to_a_snapshot_is_not_another_one() throws IOException {
        Snapshot early = manifest("early", "2026-01-01T00:00:00Z", content(5));
        Snapshot late = manifest("late", "2026-02-01T00:00:00Z", content(6));
        store().put(write("1", content(5)), early, Progress.NONE);
        store().put(write("2", content(6)), late, Progress.NONE);
        Files.createSymbolicLink(folder().resolve("latest"), Path.of("late"));
        Files.createSymbolicLink(folder().resolve("a-latest"), Path.of("late"));
        SnapshotRoutine.prune(store(), new Retention(1, 0, 0), Instant.parse("2026-03-01T00:00:00Z"));
        assertThat(store().list()).containsExactly(new Kept("late", late, ""));
        assertThat(folder().resolve("late/" + SnapshotFolder.CONTENT)).hasBinaryContent(content(6));
    }

    @Test
    protected void several_that_keep_and_drop_at_once_do_not_disturb_each_other() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> all = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            String name = "of-" + thread;
            byte[] content = content(50 + thread);
            Path file = write(name, content);
            all.add(threads.submit(() -> {
                for (int round = 0; round < 6; round++) {
                    String taken = "2026-01-01T00:00:0" + round + "Z";
                    store().put(file, manifest(name + "-" + round, taken, content), Progress.NONE);
                    SnapshotRoutine.prune(store(), new Retention(1, 0, 0), Instant.parse("2026-02-01T00:00:00Z"));
                }
                return null;
            }));
        }
        threads.shutdown();
        for (Future<?> each : all) {
            each.get();
        }
        assertThat(store().list())
                .singleElement()
                .satisfies(kept -> assertThat(kept.flaw()).isEmpty())
                .satisfies(kept -> assertThat(kept.name()).endsWith("-5"));
    }
}
