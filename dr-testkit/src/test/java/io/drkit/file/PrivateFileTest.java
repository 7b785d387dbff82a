package io.drkit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFileTest {

    @TempDir
    Path folder;

    @Test
    void one_of_several_that_cannot_be_written_leaves_all_as_they_were() throws IOException {
        Path first = Files.writeString(folder.resolve("first"), "old");
        Map<Path, String> files = new LinkedHashMap<>();
        files.put(first, "new");
        files.put(folder.resolve("no-such-folder/second"), "new");
        assertThatThrownBy(() -> PrivateFile.write(files)).isInstanceOf(IOException.class);
        assertThat(first).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("first");
    }

    @Test
    void a_file_is_its_owners_alone_whatever_it_was_before() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        PrivateFile.write(file, "new");
        assertThat(file).hasContent("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void what_was_under_way_is_cleared_and_nothing_else() throws IOException {
        for (String name : List.of("key", ".key123.partial", ".key.old123.partial", ".keys.partial", ".partial")) {
            Files.writeString(folder.resolve(name), "");
        }
        PrivateFile.clear(List.of(folder.resolve("key")));
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder("key", ".key.old123.partial", ".keys.partial", ".partial");
    }
}
