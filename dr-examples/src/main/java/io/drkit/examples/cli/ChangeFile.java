package io.drkit.examples.cli;

import io.drkit.dns.DnsChange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Where a change is kept before it is made, so that it can be finished or undone after any end. Never overwritten with another change. */
public record ChangeFile(Path path) {

    /** What is kept there, if the file exists. */
    public Optional<DnsChange> read() {
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try {
            return Optional.of(DnsChange.fromJson(Files.readString(path)));
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read " + path + ": may you read it?", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    path + " is not a DNS change that drkit wrote; name another file with --record.", e);
        }
    }

    /** What must be kept there. */
    public DnsChange required() {
        return read().orElseThrow(() -> new IllegalArgumentException(
                "There is no " + path + ": name the file that the change was recorded in with --record."));
    }

    /** Keeps a change, on disk before this returns; the file must not exist. */
    public void write(DnsChange change) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(change.toJson() + "\n");
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException(path + " came to be meanwhile: somebody else is at it.", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "Cannot write " + path + ", so nothing was changed: " + e.getMessage() + ".", e);
        }
    }

    /** Takes the file away when what it holds is over. */
    public void delete() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot delete " + path + ": " + e.getMessage() + ".", e);
        }
    }
}
