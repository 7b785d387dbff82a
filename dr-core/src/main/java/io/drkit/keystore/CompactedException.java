package io.drkit.keystore;

import io.drkit.DrException;

/** The revision asked for was compacted away: routine on a Kubernetes etcd, every five minutes. The next move: start over from a newer one. */
public class CompactedException extends DrException {

    private final long compactRevision;

    /** @param compactRevision the oldest revision that can be read, or 0 where the store does not say */
    public CompactedException(String message, long compactRevision) {
        super(message, null);
        this.compactRevision = compactRevision;
    }

    public long compactRevision() {
        return compactRevision;
    }
}
