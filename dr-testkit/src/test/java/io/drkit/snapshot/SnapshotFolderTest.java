package io.drkit.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.file.LockingProgram;
import io.drkit.snapshot.SnapshotFolder.Draft;
import io.drkit.testkit.SnapshotStoreContract;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
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
    void what_ended_between_making_its_folder_and_its_file_goes_an_hour_later(@TempDir Path temporary)
            throws Exception {
        Path dead = Files.createDirectory(temporary.resolve(".unfinished-dead"));
        Path young = Files.createDirectory(temporary.resolve(".unfinished-young"));
        Files.setLastModifiedTime(dead, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        new SnapshotFolder(temporary).draft().close();
        assertThat(dead).doesNotExist();
        assertThat(young).exists();
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
            assertThat(LockingProgram.canLock(living.file())).isFalse();
        }
    }
}
