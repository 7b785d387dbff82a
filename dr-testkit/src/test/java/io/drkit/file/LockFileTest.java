package io.drkit.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One at a time, within a process and between processes. */
class LockFileTest {

    @TempDir
    Path folder;

    @Test
    void one_has_it_until_it_is_closed() throws Exception {
        LockFile first = LockFile.of(folder.resolve("file")).orElseThrow();
        assertThat(LockFile.of(folder.resolve("file"))).isEmpty();
        assertThat(first.isHeld()).isTrue();
        first.close();
        first.close();
        assertThat(first.isHeld()).isFalse();
        LockFile.of(folder.resolve("file")).orElseThrow().close();
    }

    @Test
    void who_asks_in_vain_does_not_take_it_from_who_has_it() throws Exception {
        Path hidden = folder.resolve(".file.lock");
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
        try (LockFile held = LockFile.of(folder.resolve("file")).orElseThrow()) {
            assertThat(LockFile.of(folder.resolve("file"))).isEmpty();
            assertThat(LockFile.of(link.resolve("file"))).isEmpty();
            Files.createLink(folder.resolve(".another.lock"), hidden);
            assertThat(LockFile.of(folder.resolve("another"))).isEmpty();
            assertThat(LockingProgram.canLock(hidden)).isFalse();
            assertThat(held.isHeld()).isTrue();
        }
        assertThat(LockingProgram.canLock(hidden)).isTrue();
    }

    @Test
    void closing_it_twice_does_not_take_it_from_the_next() throws Exception {
        LockFile first = LockFile.of(folder.resolve("file")).orElseThrow();
        first.close();
        try (LockFile second = LockFile.of(folder.resolve("file")).orElseThrow()) {
            first.close();
            assertThat(LockFile.of(folder.resolve("file"))).isEmpty();
            assertThat(second.isHeld()).isTrue();
        }
    }
}
