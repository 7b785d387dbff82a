package io.drkit.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.snapshot.SnapshotSource.Progress;
import io.drkit.testkit.LocalNode;
import io.drkit.testkit.SnapshotStoreContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots in a folder of another host, for which this machine stands. */
class NodeSnapshotFolderTest extends SnapshotStoreContract {

    @Override
    protected SnapshotStore store(Path folder) {
        return new NodeSnapshotFolder(new LocalNode("archive"), folder.toString());
    }

    /** Loses the answer of the n-th command. */
    private static final class LosingAnswers implements NodeAccess {

        private final NodeAccess node = new LocalNode("archive");
        private int left;

        LosingAnswers(int left) {
            this.left = left;
        }

        @Override
        public String name() {
            return node.name();
        }

        @Override
        public CommandResult run(NodeCommand command) {
            CommandResult result = node.run(command);
            if (--left == 0) {
                throw new OutcomeUnknownException("no answer", null);
            }
            return result;
        }

        @Override
        public void close() {}
    }

    @Test
    void whatever_answer_is_lost_it_is_there_once_when_it_is_put_again(@TempDir Path temporary) throws Exception {
        byte[] content = {1, 2, 3};
        Path file = Files.write(temporary.resolve("file"), content);
        Snapshot snapshot = manifest("one", "2026-01-01T00:00:00Z", content);
        for (int command = 1; command <= 7; command++) {
            Path folder = temporary.resolve("folder" + command);
            NodeAccess node = new LosingAnswers(command);
            SnapshotStore store = new NodeSnapshotFolder(node, folder.toString());
            try {
                store.put(file, snapshot, Progress.NONE);
            } catch (OutcomeUnknownException e) {
                store.put(file, snapshot, Progress.NONE);
            }
            assertThat(store(folder).list()).containsExactly(new SnapshotStore.Kept("one", snapshot, ""));
        }
    }

    @Test
    void an_upload_that_nobody_goes_on_with_goes_a_day_later(@TempDir Path temporary) throws Exception {
        Path young = Files.createDirectory(temporary.resolve(".unfinished-young"));
        Path old = Files.createDirectory(temporary.resolve(".unfinished-old"));
        FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
        Files.write(young.resolve("part"), new byte[1]);
        Files.setLastModifiedTime(young, longAgo);
        Files.setLastModifiedTime(Files.write(old.resolve(".part"), new byte[1]), longAgo);
        Files.setLastModifiedTime(old, longAgo);
        byte[] content = {1};
        store(temporary)
                .put(
                        Files.write(temporary.resolve("file"), content),
                        manifest("one", "2026-01-01T00:00:00Z", content),
                        Progress.NONE);
        assertThat(young).exists();
        assertThat(old).doesNotExist();
    }

    @Test
    void a_folder_that_is_not_absolute_is_refused() {
        assertThatThrownBy(() -> new NodeSnapshotFolder(new LocalNode("archive"), "snapshots"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be absolute");
    }

    private static boolean mount(Path folder, String options) throws Exception {
        return new ProcessBuilder("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString())
                        .start()
                        .waitFor()
                == 0;
    }

    @Test
    void what_does_not_fit_leaves_no_full_disk_behind(@TempDir Path temporary) throws Exception {
        Path small = Files.createDirectory(temporary.resolve("small"));
        assumeTrue(mount(small, "size=6m"), "needs to mount a small disk");
        try {
            byte[] content = new byte[8 << 20];
            Path file = Files.write(temporary.resolve("file"), content);
            Snapshot large = manifest("large", "2026-01-01T00:00:00Z", content);
            assertThatThrownBy(() -> store(small).put(file, large, Progress.NONE))
                    .isInstanceOf(UnsafeToProceedException.class);
            assertThat(small.toFile().getUsableSpace()).isEqualTo(6 << 20);
        } finally {
            new ProcessBuilder("umount", small.toString()).start().waitFor();
        }
    }
}
