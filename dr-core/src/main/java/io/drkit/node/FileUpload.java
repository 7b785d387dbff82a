package io.drkit.node;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.file.Sha256;
import io.drkit.keystore.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Brings a file of any size to a node, a piece a command, in constant memory: made by {@link #of}.
 *
 * <p>It arrives beside its place under a name that begins with a dot, is compared by checksum, and only then takes its name. An upload that was
 * cut off goes on where it ended; each piece is written to its own place, so one that comes late or twice does no harm.
 *
 * @param file on this machine; must not change meanwhile
 * @param path absolute, on the node; its folder must exist
 * @param sha256 of the file, in hexadecimal
 * @param mode the permission bits it gets; 0600 by default
 * @param pieceBytes how much is sent by one command; 4 MiB by default
 * @param deadline of each command; 5 min by default, for the node reads all of it once, to compare
 * @param progress is told, in the calling thread, how many bytes have arrived
 */
public record FileUpload(
        Path file, String path, String sha256, int mode, int pieceBytes, Duration deadline, LongConsumer progress) {

    private static final int DAMAGED = 50;
    private static final int ATTEMPTS = 3;

    private static final String COMMON = FileReading.LOOK + """
            path=$1 sha=$2
            part=${path%/*}/.${path##*/}.drkit-part-$sha
            has() { look "$path"; [ -n "$kind" ] && [ "$(sha "$path")" = "$sha" ]; }
            """;

    private static final String BEGIN = COMMON + """
            if has; then echo same; exit 0; fi
            [ -d "${path%/*}/" ] || fail 45 'its folder does not exist'
            stat -c %s -- "$part" 2>/dev/null || echo 0
            """;

    /** $3 is where the piece begins, and $4 where it ends. */
    private static final String PIECE = COMMON + """
            [ "$3" = 0 ] || [ -f "$part" ] || fail 45 'what had arrived of it is gone'
            dd of="$part" bs=65536 seek="$3" oflag=seek_bytes conv=notrunc iflag=fullblock status=none || exit 45
            [ "$(stat -c %s -- "$part")" -ge "$4" ] || fail 50 'a piece of it was cut off on its way'
            """;

    /** $3 is the size, $4 the mode. */
    private static final String END = COMMON + """
            if has; then rm -f -- "$part"; exit 0; fi
            [ "$3" != 0 ] || : > "$part"
            truncate -s "$3" -- "$part" || exit 45
            if [ "$(sha "$part")" != "$sha" ]; then rm -f -- "$part"; fail 50 'it was damaged on its way'; fi
            chmod -- "$4" "$part" && sync -- "$part" && mv -fT -- "$part" "$path" && sync -- "${path%/*}/" || exit 45
            """;

    /** @throws IllegalArgumentException in one sentence, when something does not fit */
    public FileUpload {
        FilePaths.requireAbsolute(path);
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("The checksum of " + file + " must be a SHA-256 in hexadecimal.");
        }
        if (mode < 0 || mode > 0777 || pieceBytes < 1 || deadline.toMillis() <= 0) {
            throw new IllegalArgumentException(
                    "The mode of an upload must lie between 0 and 0777, and pieces and deadline must be positive.");
        }
    }

    /** @param sha256 of the file, such as {@link Sha256} gives */
    public static Builder of(Path file, String path, String sha256) {
        return new Builder(file, path, sha256);
    }

    /**
     * Brings it there. Idempotent: a file that is there already stays as it is. A piece of which no answer came is sent again, twice.
     *
     * @throws SiteUnreachableException when the node does not answer; the file is not there, and what arrived of it is kept
     * @throws UnsafeToProceedException when the node refuses it (no space, no such folder), when it was damaged on its way twice, or when it changed
     *     meanwhile; the file is not there
     * @throws UncheckedIOException when it cannot be read on this machine
     */
    public void send(NodeAccess node) {
        for (int attempt = 1; ; attempt++) {
            try {
                attempt(node);
                return;
            } catch (Damaged e) {
                if (attempt == 2) {
                    throw new UnsafeToProceedException(where(node) + " was not uploaded: " + e.getMessage() + ", twice."
                            + " Look whether " + file + " changes, or what becomes of the disk there.");
                }
            }
        }
    }

    private void attempt(NodeAccess node) throws Damaged {
        String begun = run(node, BEGIN, Bytes.EMPTY).outText();
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (!begun.equals("same")) {
                long arrived = Math.min(size, Long.parseLong(begun)) / pieceBytes * pieceBytes;
                for (long offset = arrived; offset < size; offset += pieceBytes) {
                    Bytes piece = piece(channel, offset, (int) Math.min(pieceBytes, size - offset));
                    run(node, PIECE, piece, Long.toString(offset), Long.toString(offset + piece.size()));
                    progress.accept(offset + piece.size());
                }
                run(node, END, Bytes.EMPTY, Long.toString(size), "%04o".formatted(mode));
            }
            progress.accept(size);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Bytes piece(FileChannel channel, long offset, int length) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(length);
        while (piece.hasRemaining()) {
            if (channel.read(piece, offset + piece.position()) < 0) {
                throw new UnsafeToProceedException(
                        file + " became shorter while it was uploaded. Nothing was put in place.");
            }
        }
        return Bytes.wrap(piece.array());
    }

    private CommandResult run(NodeAccess node, String script, Bytes input, String... more) throws Damaged {
        String[] arguments = Arrays.copyOf(new String[] {path, sha256}, 2 + more.length);
        System.arraycopy(more, 0, arguments, 2, more.length);
        CommandResult result = send(
                node,
                NodeCommand.script(script, arguments)
                        .title("upload " + path)
                        .input(input)
                        .deadline(deadline)
                        .build());
        return switch (result.exitCode()) {
            case 0 -> result;
            case DAMAGED -> throw new Damaged(result.errText());
            case FileReading.REFUSED, FileReading.NO_FILE ->
                throw new UnsafeToProceedException(
                        where(node) + " was not uploaded: " + FileReading.reason(result) + ".");
            default ->
                throw new SiteUnreachableException(where(node) + " was not uploaded: " + FileReading.reason(result)
                        + ". Do it again, which goes on where it ended.");
        };
    }

    private CommandResult send(NodeAccess node, NodeCommand command) {
        for (int attempt = 1; ; attempt++) {
            try {
                return node.run(command);
            } catch (SiteUnreachableException | OutcomeUnknownException e) {
                if (attempt == ATTEMPTS || Thread.currentThread().isInterrupted()) {
                    throw new SiteUnreachableException(
                            where(node) + " was not uploaded: " + e.getMessage()
                                    + " Do it again, which goes on where it ended.",
                            e);
                }
            }
        }
    }

    private String where(NodeAccess node) {
        return path + " on " + node.name();
    }

    private static final class Damaged extends Exception {
        private static final long serialVersionUID = 1;

        Damaged(String message) {
            super(message);
        }
    }

    /** Collects the options of a {@link FileUpload}. Not thread-safe. */
    public static final class Builder {

        private final Path file;
        private final String path;
        private final String sha256;
        private int mode = 0600;
        private int pieceBytes = 4 << 20;
        private Duration deadline = Duration.ofMinutes(5);
        private LongConsumer progress = bytes -> {};

        private Builder(Path file, String path, String sha256) {
            this.file = file;
            this.path = path;
            this.sha256 = sha256;
        }

        /** The permission bits it gets. Default: 0600. */
        public Builder mode(int mode) {
            this.mode = mode;
            return this;
        }

        /** How much is sent by one command, and held in memory. Default: 4 MiB. */
        public Builder pieceBytes(int bytes) {
            this.pieceBytes = bytes;
            return this;
        }

        /** Of each command. Default: 5 min. */
        public Builder deadline(Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        /** Is told how many bytes have arrived. Default: nobody. */
        public Builder progress(LongConsumer progress) {
            this.progress = progress;
            return this;
        }

        /** @throws IllegalArgumentException in one sentence, when something does not fit */
        public FileUpload build() {
            return new FileUpload(file, path, sha256, mode, pieceBytes, deadline, progress);
        }
    }
}
