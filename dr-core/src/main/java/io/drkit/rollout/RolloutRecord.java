package io.drkit.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.file.LockFile;
import io.drkit.file.PrivateFile;
import io.drkit.keystore.Bytes;
import io.drkit.rollout.Rollout.Entry;
import io.drkit.rollout.Rollout.Mark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A file in which a rollout is kept, on disk before anything is done that it tells of: by it the same command goes on, or goes back, after any end.
 * While it is open no other process can open it. It bears secrets and is its owner's alone; when the rollout is over, only that it is remains.
 */
public final class RolloutRecord implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final LockFile lock;
    private Optional<Rollout> rollout;

    private RolloutRecord(Path file, LockFile lock, Optional<Rollout> rollout) {
        this.file = file;
        this.lock = lock;
        this.rollout = rollout;
    }

    /**
     * Opens a record; the file need not exist.
     *
     * @throws IllegalArgumentException when it cannot be read, or is something else
     * @throws UnsafeToProceedException when somebody has it open
     */
    public static RolloutRecord open(Path file) {
        try {
            LockFile lock = LockFile.of(file)
                    .orElseThrow(() -> new UnsafeToProceedException(
                            "Another rollout is at work with " + file + ". Wait until it has ended."));
            try {
                // What a write of an earlier process left that came to an end in the midst.
                PrivateFile.clear(List.of(file));
                Optional<Rollout> kept =
                        Files.exists(file) ? Optional.of(parse(Files.readString(file), file)) : Optional.empty();
                return new RolloutRecord(file, lock, kept);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read or write " + file + ": " + e.getMessage() + ".", e);
        }
    }

    /** The rollout that is under way, or was the last. */
    Optional<Rollout> rollout() {
        return rollout;
    }

    /** Whether the last rollout was of this, and was done with. */
    public boolean isFinished(RolloutTarget target) {
        return rollout.filter(last -> last.isFinished() && last.isOf(target)).isPresent();
    }

    /** Whether a rollout has begun and not come to its end. */
    public boolean isUnderWay() {
        return rollout.filter(last -> !last.isFinished()).isPresent();
    }

    /** Keeps it, on disk before this returns. */
    void keep(Rollout now) {
        try {
            PrivateFile.write(file, json(now));
            rollout = Optional.of(now);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new OutcomeUnknownException("It was stopped while " + file + " was written.", e);
            }
            throw new IllegalArgumentException(
                    "Cannot write " + file + ", so nothing more was done: " + e.getMessage() + ".", e);
        }
    }

    /** Forgets it: nothing is under way. */
    void clear() {
        try {
            Files.deleteIfExists(file);
            rollout = Optional.empty();
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot delete " + file + ": " + e.getMessage() + ".", e);
        }
    }

    /** Lets others have it. */
    @Override
    public void close() {
        lock.close();
    }

    @Override
    public String toString() {
        return file.toString();
    }

    private static String json(Rollout rollout) {
        ObjectNode tree = JSON.createObjectNode();
        tree.put("title", rollout.title()).put("target", rollout.target()).put("finished", rollout.isFinished());
        if (!rollout.isFinished()) {
            tree.put("back", rollout.back()).put("file", base64(rollout.file()));
            for (Entry entry : rollout.entries()) {
                ObjectNode each = tree.withArray("nodes").addObject();
                ApiserverState before = entry.before();
                each.put("node", entry.node()).put("mark", entry.mark().name()).put("path", before.path());
                each.put("server", before.server()).put("memo", base64(before.memo()));
                before.file().ifPresent(content -> each.put("file", base64(content)));
            }
        }
        return tree.toPrettyString() + "\n";
    }

    private static Rollout parse(String text, Path file) {
        try {
            JsonNode tree = JSON.readTree(text);
            List<Entry> entries = new ArrayList<>();
            for (JsonNode each : tree.path("nodes")) {
                ApiserverState before = new ApiserverState(
                        required(each, "path"),
                        each.has("file") ? Optional.of(bytes(each, "file")) : Optional.empty(),
                        required(each, "server"),
                        "",
                        "",
                        "",
                        "",
                        0,
                        bytes(each, "memo"));
                entries.add(new Entry(required(each, "node"), before, Mark.valueOf(required(each, "mark"))));
            }
            boolean finished = tree.path("finished").asBoolean();
            if (!finished && entries.isEmpty()) {
                throw new IllegalArgumentException("nodes");
            }
            return new Rollout(
                    required(tree, "title"),
                    required(tree, "target"),
                    finished ? Bytes.EMPTY : bytes(tree, "file"),
                    tree.path("back").asBoolean(),
                    finished ? List.of() : entries);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    file + " is not a record of a rollout that drkit wrote; name another file, or look what it is.");
        }
    }

    private static String required(JsonNode node, String field) {
        if (!node.path(field).isTextual()) {
            throw new IllegalArgumentException(field);
        }
        return node.path(field).textValue();
    }

    private static Bytes bytes(JsonNode node, String field) {
        return Bytes.wrap(Base64.getDecoder().decode(required(node, field)));
    }

    private static String base64(Bytes content) {
        return Base64.getEncoder().encodeToString(content.unsafeArray());
    }
}
