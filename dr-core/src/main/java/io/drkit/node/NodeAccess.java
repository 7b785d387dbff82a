package io.drkit.node;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import java.time.Duration;
import java.util.Optional;

/**
 * A node, as far as DrKit needs one: commands are run on it, files are read, and files are replaced so that whoever looks finds the old one
 * or the new one, whole. All that a backend implements is {@link #run}; of the node it asks for a POSIX shell and GNU coreutils.
 *
 * <p>Every call blocks, has a deadline, and ends early when its thread is interrupted, which stays interrupted. Every call throws {@link
 * SiteUnreachableException} when the node does not answer or does not let us in and nothing was changed. Thread-safe, one command at a time:
 * who wants several at once on one node opens several. A backend proves itself by extending {@code NodeAccessContract} of dr-testkit.
 */
public interface NodeAccess extends AutoCloseable {

    /** The size up to which files are read: they are configuration, not data. */
    int MAX_FILE_BYTES = 16 << 20;

    /** The deadline of {@link #read(String)}. */
    Duration READ_DEADLINE = Duration.ofSeconds(30);

    /** How this node is named in messages: user, host and port, say. Holds no secret. */
    String name();

    /**
     * Runs a command, sending it at most once. That it fails is an answer, and a value: see {@link CommandResult#exitCode}.
     *
     * <p>Its input travels by standard input and is shown nowhere. A command that passes its deadline is ended on the node, too, a few seconds
     * later at most, even when the connection was lost.
     *
     * @throws OutcomeUnknownException when it was sent, and the connection was lost or the deadline passed before it ended
     * @throws SiteUnreachableException when it was not started
     * @throws UnsafeToProceedException when the node is not known to be the one it claims to be
     */
    CommandResult run(NodeCommand command);

    /** As {@link #read(String, Duration)}, within {@link #READ_DEADLINE}. */
    default Optional<NodeFile> read(String path) {
        return read(path, READ_DEADLINE);
    }

    /**
     * Reads a file and its attributes; empty when there is none. Content and checksum belong together: a file that changes meanwhile is read
     * again.
     *
     * @param path absolute; links are followed
     * @throws SiteUnreachableException when it cannot be read, also where the node does not permit it
     * @throws IllegalArgumentException when it is no regular file, or larger than {@link #MAX_FILE_BYTES}
     */
    default Optional<NodeFile> read(String path, Duration deadline) {
        return new FileReading(this, path, deadline).read();
    }

    /**
     * Replaces a file, or creates it, atomically and durably. The content is first put beside it, in a folder that only the connected user can
     * enter, written through to the disk and compared by checksum; then the old file is backed up beside it and the new one, with the old one's
     * mode, owner and extended attributes, takes its name. Doing it again is how one recovers: what is left of an earlier attempt is removed and
     * can take effect no more, and a file that already has the content stays as it is.
     *
     * <p>Backups and what is under way have names that begin with a dot, for the kubelet takes every other file in its manifest folder for a pod.
     *
     * <p>May take 10 s longer than its deadline to find out what became of it when the connection was lost.
     *
     * @throws UnsafeToProceedException when the file is not what {@link FileReplacement#expected} says, when the node refuses (no space, no such
     *     folder, not permitted to keep the owner), or when another replaced it meanwhile; nothing was changed
     * @throws SiteUnreachableException when nothing was changed
     * @throws OutcomeUnknownException when the file is the old one or the new one, and it cannot be told which
     * @throws IllegalArgumentException when it is no regular file
     */
    default ReplacedFile replace(FileReplacement replacement) {
        return new FileReplacing(this, replacement).replace();
    }

    /** Closes the connections this opened. Idempotent. */
    @Override
    void close();
}
