package io.drkit.encryption;

import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.Reading.Verdict;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Walk;
import io.drkit.mirror.MirrorRecord;
import io.drkit.quarantine.Quarantine;
import io.drkit.site.SiteFullException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts every stored value, those in quarantine too, under the key that its configuration writes with, so that older keys can be removed. Run it when every
 * kube-apiserver of the site has the configuration; values that one without it writes meanwhile are found by the next run.
 *
 * <p>Each write is guarded by the revision that was read, so a change made meanwhile is never overwritten. What is under the right key is left
 * alone: running it again goes on where it was killed. Memory does not grow with the number of keys.
 *
 * <p>On a standby, whose it is stays known: a value that the mirror wrote remains the primary's, any other remains somebody else's. While a
 * mirror runs it refuses.
 */
public final class EncryptionRewriter {

    private static final int MOST_OPERATIONS = 100;
    private static final int MOST_BYTES = 1 << 20;
    private static final int ATTEMPTS = 5;
    private static final int PASSES = 5;
    private static final int SAMPLES = 10;

    private final KeyStore store;
    private final ValueTransformer transformer;

    public EncryptionRewriter(KeyStore store, ValueTransformer transformer) {
        this.store = store;
        this.transformer = transformer;
    }

    /** What {@link #rewrite} would do now. Writes nothing. */
    public RewriteReport dryRun() {
        Pass pass = new Pass(true);
        return pass.run().report(pass.stale);
    }

    /**
     * Rewrites, in passes, until one finds nothing to do.
     *
     * @throws UnsafeToProceedException when a mirror writes to this site, or a {@link SiteFullException} when it has no space left. What was
     *     rewritten before stays
     */
    public RewriteReport rewrite() {
        long rewritten = 0;
        for (int i = 1; ; i++) {
            Pass pass = new Pass(false).run();
            rewritten += pass.rewritten;
            if (pass.stale == 0 || i == PASSES) {
                return pass.report(rewritten);
            }
        }
    }

    /**
     * What {@link #rewrite} asks for at first.
     *
     * @throws UnsafeToProceedException when a mirror writes to this site
     */
    public void requireNoMirror() {
        requireNoMirror("");
    }

    private void requireNoMirror(String otherwise) {
        if (!store.read(List.of(DrKitKeys.LOCK)).isEmpty()) {
            throw new UnsafeToProceedException("Refused to rewrite values at " + store.name()
                    + ": a mirror is writing to it. Stop it, and run this again" + otherwise + ".");
        }
    }

    /** One walk through everything, and its counts. */
    private final class Pass {

        private final boolean dry;
        private final List<Bytes> left = new ArrayList<>();
        private List<MirrorRecord> records = List.of();
        private final Batch mirrored = new Batch(true, ATTEMPTS);
        private final Batch others = new Batch(false, ATTEMPTS);

        private long stale;
        private long rewritten;
        private long current;
        private long unreadable;
        private long needsPlugin;
        private long leased;
        private long contended;
        private long revision;

        Pass(boolean dry) {
            this.dry = dry;
        }

        Pass run() {
            if (!dry) {
                lookAtMirrors();
            }
            Walk.through(store, DrKitKeys.QUARANTINE_RANGE, this::visitSetAside);
            revision = Walk.through(store, KeyRange.folder(transformer.registryPrefix()), this::visit);
            mirrored.flush();
            others.flush();
            return this;
        }

        RewriteReport report(long rewritten) {
            return new RewriteReport(rewritten, current, unreadable, needsPlugin, leased, contended, left, revision);
        }

        /** A value in quarantine is to be readable when it is put back. */
        private void visitSetAside(KeyValue entry) {
            if (Quarantine.originalKey(entry.key()).isPresent()) {
                visit(entry);
            }
        }

        private void visit(KeyValue entry) {
            Operation operation = rewriting(entry);
            if (operation != null) {
                stale++;
                if (!dry) {
                    (isMirrored(entry) ? mirrored : others).add(entry, operation);
                }
            }
        }

        /** What puts an entry under the right key; null, and counted, where nothing does or need be done. */
        private @Nullable Operation rewriting(KeyValue entry) {
            Reading reading = transformer.read(entry.key(), entry.value());
            Bytes plaintext = reading.plaintext();
            if (reading.current()) {
                current++;
            } else if (reading.verdict() == Verdict.NEEDS_PLUGIN
                    || (plaintext != null && !transformer.writesLocally(entry.key()))) {
                needsPlugin++;
                leave(entry.key());
            } else if (plaintext == null || !transformer.readsAgain(entry.key(), plaintext)) {
                unreadable++;
                leave(entry.key());
            } else if (entry.leased()) {
                leased++;
                leave(entry.key());
            } else {
                return Operation.put(entry.key(), transformer.write(entry.key(), plaintext));
            }
            return null;
        }

        private void leave(Bytes key) {
            if (left.size() < SAMPLES) {
                left.add(key);
            }
        }

        private boolean isMirrored(KeyValue entry) {
            return !records.isEmpty() && records.stream().noneMatch(record -> record.isForeign(entry));
        }

        private void lookAtMirrors() {
            requireNoMirror(rewritten == 0 ? "" : ": it goes on where it stopped");
            records = MirrorRecord.overlapping(store, KeyRange.folder(transformer.registryPrefix()));
        }

        /** Writes that go into one transaction. */
        private final class Batch {

            /** Whether these values are the primary's, so that a mirror must not take them for somebody else's. */
            private final boolean mirrored;
            /** How often a key of its own may yet be tried. */
            private final int attempts;

            private final List<Guard> guards = new ArrayList<>();
            private final List<Operation> operations = new ArrayList<>();
            private int bytes;

            Batch(boolean mirrored, int attempts) {
                this.mirrored = mirrored;
                this.attempts = attempts;
            }

            void add(KeyValue entry, Operation operation) {
                if (operations.size() == MOST_OPERATIONS || bytes + operation.size() > MOST_BYTES) {
                    flush();
                }
                guards.add(Guard.unchanged(entry.key(), entry.modRevision()));
                operations.add(operation);
                bytes += operation.size();
            }

            void flush() {
                if (operations.isEmpty()) {
                    return;
                }
                List<Bytes> keys = operations.stream().map(Operation::key).toList();
                boolean done = commit(guards, operations, mirrored);
                guards.clear();
                operations.clear();
                bytes = 0;
                int half = keys.size() / 2;
                if (done) {
                    rewritten += keys.size();
                } else if (half == 0) {
                    again(keys, attempts - 1);
                } else {
                    again(keys.subList(0, half), ATTEMPTS);
                    again(keys.subList(half, keys.size()), ATTEMPTS);
                }
            }
        }

        /**
         * Rewrites the keys as they are now: some of them changed meanwhile, or they are too large together. They come here in ever smaller
         * parts, so that few transactions part those at rest from one that changes all the time.
         */
        private void again(List<Bytes> keys, int attempts) {
            if (attempts == 0) {
                contended += keys.size();
                keys.forEach(this::leave);
                return;
            }
            lookAtMirrors();
            Batch ofPrimary = new Batch(true, attempts);
            Batch ofOthers = new Batch(false, attempts);
            for (KeyValue entry : store.read(keys).values()) {
                Operation operation = rewriting(entry);
                if (operation != null) {
                    (isMirrored(entry) ? ofPrimary : ofOthers).add(entry, operation);
                }
            }
            ofPrimary.flush();
            ofOthers.flush();
        }

        /** @return whether it was done; otherwise nothing was, or it is not known, and the keys are to be looked at again */
        private boolean commit(List<Guard> guards, List<Operation> operations, boolean mirrored) {
            List<Guard> allGuards = new ArrayList<>(guards);
            List<Operation> allOperations = new ArrayList<>(operations);
            allGuards.add(Guard.absent(DrKitKeys.LOCK));
            if (mirrored) {
                records.forEach(record -> {
                    allGuards.addAll(record.guards());
                    allOperations.addAll(record.operations());
                });
            }
            try {
                CommitResult result = store.commit(new Transaction(allGuards, allOperations));
                if (result instanceof CommitResult.OutOfSpace) {
                    throw new SiteFullException(
                            store.name() + " is out of space and takes no writes. Compact, defragment and"
                                    + " disarm its alarm, then run this again: it goes on where it stopped.");
                }
                if (result instanceof CommitResult.Committed committed) {
                    if (mirrored) {
                        records.forEach(record -> record.committed(committed.revision()));
                    }
                    return true;
                }
                return false;
            } catch (OutcomeUnknownException e) {
                return false;
            }
        }
    }
}
