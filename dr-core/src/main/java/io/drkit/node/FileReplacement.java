package io.drkit.node;

import io.drkit.file.Sha256;
import io.drkit.keystore.Bytes;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file's new content: made by {@link #of}, handed to {@link NodeAccess#replace}. A file that exists keeps its mode and owner.
 *
 * @param path absolute; a link is followed, and what it points to is replaced
 * @param content the new content; shown nowhere
 * @param expected what must be there for it to be replaced: a checksum, or {@link #ABSENT}; empty for anything
 * @param modeIfAbsent the permission bits of a file that does not exist yet; 0600 by default
 * @param ownerIfAbsent user and group of such a file, as {@code chown} takes them; empty, the default, for the connected user
 * @param deadline of all of it; 1 min by default
 * @param clock dates the backup; the system's by default
 */
public record FileReplacement(
        String path,
        Bytes content,
        Optional<String> expected,
        int modeIfAbsent,
        Optional<String> ownerIfAbsent,
        Duration deadline,
        Clock clock) {

    /** What is {@link #expected} where no file may be. */
    public static final String ABSENT = "absent";

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern OWNER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?");

    /** @throws IllegalArgumentException in one sentence, when something does not fit */
    public FileReplacement {
        FilePaths.requireAbsolute(path);
        require(content.size() <= NodeAccess.MAX_FILE_BYTES, "The content of " + path + " is larger than 16 MiB.");
        require(
                expected.isEmpty()
                        || expected.get().equals(ABSENT)
                        || SHA_256.matcher(expected.get()).matches(),
                "What is expected at " + path + " must be a SHA-256 in hexadecimal, or absent.");
        require(modeIfAbsent >= 0 && modeIfAbsent <= 0777, "A mode must lie between 0 and 0777.");
        require(
                ownerIfAbsent.isEmpty() || OWNER.matcher(ownerIfAbsent.get()).matches(),
                "An owner must look like root or root:root.");
        require(deadline.toMillis() > 0, "The deadline of a replacement must be positive.");
    }

    /** Starts the description of a replacement. */
    public static Builder of(String path, Bytes content) {
        return new Builder(path, content);
    }

    /** Shows the path, and of the content only the size. */
    @Override
    public String toString() {
        return "FileReplacement[" + path + ", " + content + ", deadline " + deadline + "]";
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Collects the options of a {@link FileReplacement}. Not thread-safe. */
    public static final class Builder {

        private final String path;
        private final Bytes content;
        private Optional<String> expected = Optional.empty();
        private int modeIfAbsent = 0600;
        private Optional<String> ownerIfAbsent = Optional.empty();
        private Duration deadline = Duration.ofMinutes(1);
        private Clock clock = Clock.systemUTC();

        private Builder(String path, Bytes content) {
            this.path = path;
            this.content = content;
        }

        /** Only if the file still is what was read; or still is not there. Default: whatever is there. */
        public Builder expected(Optional<NodeFile> asRead) {
            this.expected = Optional.of(asRead.map(NodeFile::sha256).orElse(ABSENT));
            return this;
        }

        /** Only if the file still holds this; or, where it is empty, still is not there. Default: whatever is there. */
        public Builder expectedContent(Optional<Bytes> content) {
            this.expected = Optional.of(content.map(Sha256::of).orElse(ABSENT));
            return this;
        }

        /** The permission bits of a file that does not exist yet. Default: 0600. */
        public Builder modeIfAbsent(int mode) {
            this.modeIfAbsent = mode;
            return this;
        }

        /** User and group of a file that does not exist yet, such as {@code root:root}. Default: the connected user. */
        public Builder ownerIfAbsent(String owner) {
            this.ownerIfAbsent = Optional.of(owner);
            return this;
        }

        /** Of all of it. Default: 1 min. */
        public Builder deadline(Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        /** Dates the backup. Default: the system's. */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /** @throws IllegalArgumentException in one sentence, when something does not fit */
        public FileReplacement build() {
            return new FileReplacement(path, content, expected, modeIfAbsent, ownerIfAbsent, deadline, clock);
        }
    }
}
