package io.drkit.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.file.LockFile;
import io.drkit.file.LockingProgram;
import io.drkit.snapshot.SnapshotFolder.Draft;
import io.drkit.testkit.SnapshotStoreContract;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots in a folder of this machine. */
class SnapshotFolderTest extends SnapshotStoreContract {

    @Override
    protected SnapshotStore store(Path folder) {
        return new SnapshotFolder(folder);
    }

    @Test
    void what_an_ended_process_left_goes_and_what_is_under_way_stays(@TempDir Path temporary) throws Exception {
        SnapshotFolder folder = new SnapshotFolder(temporary);
        Path dead = Files.createDirectory(temporary.resolve(".unfinished-dead"));
        Files.write(dead.resolve(SnapshotFolder.CONTENT), new byte[10]);
        LockFile.of(dead.resolve(SnapshotFolder.CONTENT)).orElseThrow().close();
        try (Draft living = folder.draft()) {
            try (OutputStream out = living.begin()) {
                out.write(1);
            }
            folder.draft().close();
            assertThat(dead).doesNotExist();
            assertThat(living.file()).exists();
            assertThat(folder.list()).isEmpty();
            living.keep(manifest("kept", "2026-01-01T00:00:00Z", new byte[] {1}));
        }
        assertThat(folder.list()).extracting(SnapshotStore.Kept::name).containsExactly("kept");
        try (Stream<Path> all = Files.list(temporary)) {
            assertThat(all).hasSize(1);
        }
    }

    @Test
    void what_was_never_locked_goes_a_day_after_it_was_touched(@TempDir Path temporary) throws Exception {
        FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
        Path young = Files.createDirectory(temporary.resolve(".unfinished-young"));
        Path arriving = Files.createDirectories(temporary.resolve(".unfinished-arriving/part"));
        Path old = Files.createDirectories(temporary.resolve(".unfinished-old/snapshot"));
        Path content = Files.write(old.resolve(SnapshotFolder.CONTENT), new byte[10]);
        for (Path each : List.of(arriving.getParent(), content, old, old.getParent())) {
            Files.setLastModifiedTime(each, longAgo);
        }
        new SnapshotFolder(temporary).draft().close();
        assertThat(old.getParent()).doesNotExist();
        assertThat(young).exists();
        assertThat(arriving).exists();
    }

    @Test
    void to_read_what_is_under_way_does_not_end_its_lock(@TempDir Path temporary) throws Exception {
        try (Draft living = new SnapshotFolder(temporary).draft()) {
            Files.readAllBytes(living.file());
            assertThat(LockingProgram.canLock(LockFile.beside(living.file()))).isFalse();
        }
    }

    @Test
    void what_is_deleted_before_its_draft_is_closed_disturbs_no_other(@TempDir Path temporary) throws Exception {
        SnapshotFolder folder = new SnapshotFolder(temporary);
        try (Draft draft = folder.draft()) {
            Snapshot kept = draft.keep(manifest("kept", "2026-01-01T00:00:00Z", new byte[] {1}));
            Files.move(temporary.resolve(kept.name()), temporary.resolve(".unfinished-deleted-kept"));
            folder.draft().close();
        }
    }

    @Test
    void another_name_of_the_folder_does_not_end_the_lock_of_what_is_under_way(@TempDir Path temporary)
            throws Exception {
        Path real = temporary.resolve("real");
        Path link = Files.createSymbolicLink(temporary.resolve("link"), real);
        try (Draft living = new SnapshotFolder(real).draft()) {
            new SnapshotFolder(link).draft().close();
            assertThat(LockingProgram.canLock(LockFile.beside(living.file()))).isFalse();
        }
    }
}
