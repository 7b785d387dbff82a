package io.drkit.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.file.Sha256;
import io.drkit.keystore.Bytes;
import io.drkit.testkit.LocalNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link FileUpload} to this machine, through a link that cuts and damages. */
class FileUploadTest {

    private static final int PIECE = 1 << 16;

    @TempDir
    private Path folder;

    private Path file;
    private Path there;
    private final List<Integer> sent = new ArrayList<>();

    @BeforeEach
    void prepare() throws IOException {
        byte[] content = new byte[3 * PIECE + 17];
        new Random(4711).nextBytes(content);
        file = Files.write(folder.resolve("local"), content);
        there = Files.createDirectory(folder.resolve("there it's")).resolve("arrived $x");
    }

    private FileUpload.Builder upload() {
        return FileUpload.of(file, there.toString(), Sha256.of(file)).pieceBytes(PIECE);
    }

    /** A node, with what becomes of each command on its way. */
    private NodeAccess node(UnaryOperator<NodeCommand> way) {
        LocalNode local = new LocalNode("node");
        return new NodeAccess() {
            @Override
            public String name() {
                return local.name();
            }

            @Override
            public CommandResult run(NodeCommand command) {
                if (!command.input().isEmpty()) {
                    sent.add(command.input().size());
                }
                return local.run(way.apply(command));
            }

            @Override
            public void close() {}
        };
    }

    private List<String> beside() throws IOException {
        try (Stream<Path> all = Files.list(there.resolveSibling(""))) {
            return all.map(each -> String.valueOf(each.getFileName())).toList();
        }
    }

    @Test
    void it_arrives_piece_by_piece_and_for_its_owner_only() throws IOException {
        List<Long> told = new ArrayList<>();
        upload().progress(told::add).build().send(node(command -> command));
        assertThat(there).hasSameBinaryContentAs(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(there)))
                .isEqualTo("rw-------");
        assertThat(sent).containsExactly(PIECE, PIECE, PIECE, 17);
        assertThat(told).startsWith((long) PIECE).endsWith(3L * PIECE + 17).isSorted();
        assertThat(beside()).containsExactly("arrived $x");
        sent.clear();
        upload().build().send(node(command -> command));
        assertThat(sent).as("it is there already").isEmpty();
    }

    @Test
    void cut_off_it_goes_on_where_it_ended() throws IOException {
        int[] pieces = new int[1];
        NodeAccess cut = node(command -> {
            if (!command.input().isEmpty() && ++pieces[0] > 2) {
                throw new SiteUnreachableException("cut");
            }
            return command;
        });
        assertThatThrownBy(() -> upload().build().send(cut))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("goes on where it ended");
        assertThat(there).doesNotExist();
        sent.clear();
        upload().build().send(node(command -> command));
        assertThat(sent).containsExactly(PIECE, 17);
        assertThat(there).hasSameBinaryContentAs(file);
    }

    @Test
    void a_piece_of_which_no_answer_came_is_sent_again() {
        LocalNode local = new LocalNode("node");
        int[] pieces = new int[1];
        NodeAccess deaf = node(command -> {
            if (!command.input().isEmpty() && ++pieces[0] == 2) {
                local.run(command);
                throw new OutcomeUnknownException("cut", null);
            }
            return command;
        });
        upload().build().send(deaf);
        assertThat(there).hasSameBinaryContentAs(file);
    }

    @Test
    void damaged_on_its_way_it_is_sent_once_more_and_then_given_up() throws IOException {
        int[] pieces = new int[1];
        upload().build().send(node(command -> ++pieces[0] == 3 ? flipped(command) : command));
        assertThat(there).hasSameBinaryContentAs(file);
        assertThat(sent).hasSize(8);
        Files.delete(there);
        assertThatThrownBy(() -> upload().build().send(node(FileUploadTest::flipped)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("damaged on its way, twice");
        assertThat(beside()).isEmpty();
    }

    @Test
    void a_piece_that_arrives_in_part_is_noticed() {
        int[] pieces = new int[1];
        upload().build()
                .send(node(command ->
                        ++pieces[0] == 5 ? with(command, command.input().first(3)) : command));
        assertThat(there).hasSameBinaryContentAs(file);
    }

    @Test
    void an_empty_file_arrives_and_what_the_node_refuses_is_told() throws IOException {
        Files.write(file, new byte[0]);
        upload().build().send(node(command -> command));
        assertThat(there).isEmptyFile();
        there = folder.resolve("no/where");
        assertThatThrownBy(() -> upload().build().send(node(command -> command)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("folder does not exist");
        there = folder;
        assertThatThrownBy(() -> upload().build().send(node(command -> command)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("it is a directory");
    }

    private static NodeCommand flipped(NodeCommand command) {
        byte[] input = command.input().toByteArray();
        if (input.length == 0) {
            return command;
        }
        input[0] ^= 1;
        return with(command, Bytes.wrap(input));
    }

    private static NodeCommand with(NodeCommand command, Bytes input) {
        return new NodeCommand(command.title(), command.arguments(), input, command.deadline(), command.outputLimit());
    }
}
