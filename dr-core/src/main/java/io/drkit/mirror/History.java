package io.drkit.mirror;

import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.FutureRevisionException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.StoreStatus;
import io.drkit.mirror.Checkpoint.Witness;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Whether a store's history still is the one a checkpoint speaks of. A store restored from a snapshot keeps its cluster, member and raft ids,
 * and can have been written past the checkpoint since, or had its revision bumped; what it cannot have is a log as long as before, and the
 * change that the checkpoint's witness names.
 */
final class History {

    private static final int ASKED_AGAIN = 5;

    private History() {}

    /** What speaks against {@code store} still having the history of {@code checkpoint}; empty if nothing does. */
    static Optional<String> contradicts(KeyStore store, Checkpoint checkpoint) {
        StoreStatus status = store.status();
        long seen = Math.max(checkpoint.revision(), checkpoint.partialTo());
        if (status.revision() < seen) {
            return Optional.of("its revision is " + status.revision() + ", and was " + seen + " before");
        }
        // A member that is behind may be the only one that told; asked again it has caught up.
        for (int i = 0; i < ASKED_AGAIN && status.logIndex() < checkpoint.logIndex(); i++) {
            status = store.status();
        }
        if (status.logIndex() != 0 && status.logIndex() < checkpoint.logIndex()) {
            return Optional.of(
                    "its log holds " + status.logIndex() + " entries, and held " + checkpoint.logIndex() + " before");
        }
        Witness witness = checkpoint.witness();
        if (witness == null) {
            return Optional.empty();
        }
        try {
            Optional<KeyValue> then = entry(store, witness.key(), checkpoint.revision());
            return testifies(witness, then) ? Optional.empty() : Optional.of(missing(witness));
        } catch (FutureRevisionException e) {
            return Optional.of("it has not reached revision " + checkpoint.revision() + ", and had before");
        } catch (CompactedException e) {
            Optional<KeyValue> now = entry(store, witness.key(), 0);
            boolean changedSince = now.isEmpty() || now.get().modRevision() > checkpoint.revision();
            return changedSince || testifies(witness, now) ? Optional.empty() : Optional.of(missing(witness));
        }
    }

    /** Refuses to follow a store whose history is another. */
    static UnsafeToProceedException refusal(KeyStore store, String contradiction) {
        return new UnsafeToProceedException(
                "The primary " + store.name() + " does not have the history that was mirrored: " + contradiction
                        + ". It was probably restored from a snapshot. To mirror it as it is now, keeping on the standby what it has lost, accept the"
                        + " new history (--accept new-history).");
    }

    /** Of the value as it is stored: no hash of a decrypted secret is kept, and a change of encryption keys is no other history. */
    static Witness witness(KeyValue entry) {
        return new Witness(entry.key(), entry.modRevision(), sha256(entry.stored()));
    }

    private static boolean testifies(Witness witness, Optional<KeyValue> entry) {
        return entry.isPresent()
                && entry.get().modRevision() == witness.modRevision()
                && sha256(entry.get().stored()).equals(witness.sha256());
    }

    private static String missing(Witness witness) {
        return witness.key().printable() + " is not what revision " + witness.modRevision() + " made it";
    }

    private static Optional<KeyValue> entry(KeyStore store, Bytes key, long revision) {
        Page page = store.range(RangeRequest.of(new KeyRange(key, key.successor()), revision, 1));
        return page.entries().stream().findFirst();
    }

    private static String sha256(Bytes value) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value.unsafeArray()), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
