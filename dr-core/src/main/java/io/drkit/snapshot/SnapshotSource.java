package io.drkit.snapshot;

import io.drkit.SiteUnreachableException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** A store whose members give snapshots. Thread-safe; every call blocks, and ends early when its thread is interrupted. */
public interface SnapshotSource {

    /** How this store is named in messages. Holds no secret. */
    String name();

    /**
     * The members that answer, in no order.
     *
     * @throws SiteUnreachableException when none does
     */
    List<SnapshotMember> members();

    /**
     * Writes a snapshot of one member, as it is when this is called or later, in constant memory. Takes as long as it takes, provided that it goes on.
     *
     * @throws SiteUnreachableException when the member does not give it, or falls silent midway; {@code to} holds a part then
     * @throws IOException when {@code to} takes no more
     */
    void download(SnapshotMember member, OutputStream to, Progress progress) throws IOException;

    /** Is told how far a transfer has come, from the thread that makes it. */
    @FunctionalInterface
    interface Progress {

        /** Tells nobody. */
        Progress NONE = (done, total) -> {};

        /**
         * @param done bytes
         * @param total bytes, as far as is known now
         */
        void moved(long done, long total);
    }
}
