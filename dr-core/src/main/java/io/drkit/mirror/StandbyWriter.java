package io.drkit.mirror;

import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.quarantine.About;
import io.drkit.quarantine.Quarantine;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteFullException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Every write of the mirror to the standby. Each transaction is guarded by the lock, the standby's role and the checkpoint's version, and moves
 * the checkpoint, unless it is one of a {@link Window}: one that is late, repeated, out of order or fenced off fails as a whole.
 */
final class StandbyWriter {

    /** Beside the changes a transaction holds the checkpoint and, at times, the book of foreign revisions. */
    private static final int RESERVED_OPERATIONS = 2;

    private static final int RESERVED_GUARDS = 3;

    private final KeyStore standby;
    private final MirrorOptions options;
    private final MirrorRecord record;
    private final long lockRevision;
    private final long roleModRevision;
    private final SkippedKeys skipped;
    private final Progress progress;
    private final List<Bytes> window;
    private String labelledBatch = "";

    enum Outcome {
        DONE,
        /** The guard of some change did not hold; what came before it in the list may be done. */
        CONFLICT
    }

    /**
     * Holds every write to the lock and the role as they were found.
     *
     * @param lockRevision of the lock's key, as this run wrote it
     * @param roleModRevision of the standby's role
     */
    StandbyWriter(
            KeyStore standby,
            MirrorOptions options,
            MirrorRecord record,
            long lockRevision,
            long roleModRevision,
            SkippedKeys skipped,
            Progress progress) {
        this.standby = standby;
        this.options = options;
        this.record = record;
        this.lockRevision = lockRevision;
        this.roleModRevision = roleModRevision;
        this.skipped = skipped;
        this.progress = progress;
        this.window = DrKitKeys.window(options.name());
    }

    /** The checkpoint as last written. */
    Checkpoint checkpoint() {
        return record.checkpoint();
    }

    ForeignRevisions foreign() {
        return record.foreign();
    }

    /** Whether the standby refused {@code key} before, as far as it is recorded. */
    boolean isSkipped(Bytes key) {
        return skipped.contains(key);
    }

    /** Whether the standby holds someone else's value there, known by nothing but that it could not be set aside. */
    boolean keepsForeign(Bytes key) {
        return skipped.keeps(key);
    }

    /** Whether one transaction takes all of these. */
    boolean fits(List<Change> changes) {
        return new Load().takes(changes);
    }

    /** What one transaction holds so far. */
    private final class Load {

        private int operations;
        private int guards;
        private long bytes;

        /** Whether these go in as well; if so, they are in. */
        boolean takes(List<Change> more) {
            int allOperations = operations;
            int allGuards = guards;
            long allBytes = bytes;
            for (Change change : more) {
                allOperations += change.operationCount();
                allGuards += change.guard() == null ? 0 : 1;
                allBytes += change.size();
            }
            if (allOperations > KeyStore.MAX_OPERATIONS - RESERVED_OPERATIONS
                    || allGuards > KeyStore.MAX_OPERATIONS - RESERVED_GUARDS
                    || allBytes > options.maxTransactionBytes()) {
                return false;
            }
            operations = allOperations;
            guards = allGuards;
            bytes = allBytes;
            return true;
        }
    }

    /**
     * What goes into one transaction.
     *
     * @param awaited whether what follows has to wait until this has landed
     */
    record Part(List<Change> changes, boolean awaited) {}

    /**
     * Does the changes, in order, in as few transactions as they fit in; the last one moves the checkpoint to {@code next}, those before
     * leave it where it is, and tell where it is about to go. A change that the standby refuses for its size is remembered as skipped.
     */
    Outcome write(List<Change> wanted, Checkpoint next) {
        List<List<Change>> parts = parts(wanted.stream().map(List::of).toList()).stream()
                .map(Part::changes)
                .toList();
        for (List<Change> part : parts.subList(0, Math.max(0, parts.size() - 1))) {
            if (writeOne(part, onTheWayTo(next)) == Outcome.CONFLICT) {
                return Outcome.CONFLICT;
            }
        }
        return writeOne(parts.isEmpty() ? List.of() : parts.get(parts.size() - 1), next);
    }

    private Checkpoint onTheWayTo(Checkpoint next) {
        return checkpoint().partialTo(next.revision());
    }

    /**
     * Puts groups of changes, in order, into as few transactions as they fit in. A group is split only if it is too large, and then each part
     * of it is awaited. A change that is too large by itself is tried all the same.
     */
    List<Part> parts(List<List<Change>> groups) {
        List<Part> parts = new ArrayList<>();
        List<Change> together = new ArrayList<>();
        Load load = new Load();
        for (List<Change> wanted : groups) {
            List<Change> group = skipped.isEmpty()
                    ? wanted
                    : wanted.stream().map(skipped::forgetIfSkipped).toList();
            if (load.takes(group)) {
                together.addAll(group);
                continue;
            }
            if (!together.isEmpty()) {
                parts.add(new Part(together, false));
            }
            together = new ArrayList<>();
            load = new Load();
            if (load.takes(group) || group.size() == 1) {
                together.addAll(group);
            } else {
                parts(wanted.stream().map(List::of).toList())
                        .forEach(part -> parts.add(new Part(part.changes(), true)));
            }
        }
        if (!together.isEmpty()) {
            parts.add(new Part(together, false));
        }
        return parts;
    }

    /** How many transactions may be sent before the checkpoint has to be written again. */
    int windowSize() {
        return window.size();
    }

    /** Sends a transaction that leaves the checkpoint as it is: the {@code index}th since that was written. */
    CompletableFuture<CommitResult> submit(List<Change> changes, int index) {
        Operation tell = Operation.put(window.get(index), Bytes.utf8(Long.toString(record.version())));
        return standby.submit(transaction(changes, List.of(tell)));
    }

    /** What was submitted since the checkpoint was written landed in these revisions, or never will. */
    void windowLanded(List<Long> revisions) {
        record.windowed(revisions);
    }

    private Outcome writeOne(List<Change> changes, Checkpoint next) {
        CommitResult result = commit(changes, next);
        if (result instanceof CommitResult.TooLarge) {
            return changes.size() > 1 ? writeSingly(changes, next) : writeAlone(changes.get(0), next);
        }
        if (result instanceof CommitResult.GuardFailed) {
            explainOrRestart();
            return Outcome.CONFLICT;
        }
        return Outcome.DONE;
    }

    private Outcome writeSingly(List<Change> changes, Checkpoint next) {
        for (int i = 0; i < changes.size(); i++) {
            boolean last = i == changes.size() - 1;
            if (writeOne(changes.subList(i, i + 1), last ? next : onTheWayTo(next)) == Outcome.CONFLICT) {
                return Outcome.CONFLICT;
            }
        }
        return Outcome.DONE;
    }

    /** What is to be set aside goes first, where it does not fit beside the write; where it does not fit at all, it stays where it is. */
    private Outcome writeAlone(Change change, Checkpoint next) {
        if (change.setsAside() == 0) {
            return skip(change, next);
        }
        CommitResult aside = commit(List.of(change.settingAside()), onTheWayTo(next));
        if (aside instanceof CommitResult.TooLarge) {
            return skip(change, next);
        }
        if (aside instanceof CommitResult.GuardFailed) {
            explainOrRestart();
            return Outcome.CONFLICT;
        }
        return writeOne(List.of(change.withoutSettingAside()), next);
    }

    /** The standby does not take this value: remember that, and leave what it has. */
    private Outcome skip(Change change, Checkpoint next) {
        CommitResult result = commit(List.of(skipped.add(change)), next);
        if (result instanceof CommitResult.Committed) {
            return Outcome.DONE;
        }
        explainOrRestart();
        throw new RestartException("the standby refused the record of a skipped key: " + result);
    }

    private CommitResult commit(List<Change> changes, Checkpoint next) {
        CommitResult result =
                standby.commit(transaction(changes, record.operations(next, progress.logIndex(), progress.asOf(next))));
        if (result instanceof CommitResult.OutOfSpace full) {
            throw full(full);
        }
        if (result instanceof CommitResult.Committed committed) {
            record.committed(committed.revision());
            made(changes);
            progress.checkpointMoved(checkpoint());
        }
        return result;
    }

    /** To be told of the changes of a transaction that was committed. */
    void made(List<Change> changes) {
        labelledBatch = batches(changes).stream().findAny().orElse(labelledBatch);
        progress.applied(changes);
        skipped.made(changes);
        progress.skipped(skipped);
    }

    SiteFullException full(CommitResult.OutOfSpace full) {
        return new SiteFullException("The standby " + standby.name()
                + " takes no writes, its space quota is used up: compact,"
                + " defragment and disarm its alarm; mirroring goes on by itself. It said: " + full.message());
    }

    /** @param own operations on the mirror's own records */
    private Transaction transaction(List<Change> changes, List<Operation> own) {
        List<Guard> guards = new ArrayList<>(changes.size() + RESERVED_GUARDS);
        guards.add(Guard.unchanged(DrKitKeys.LOCK, lockRevision));
        guards.add(Guard.unchanged(DrKitKeys.ROLE, roleModRevision));
        guards.addAll(record.guards());
        List<Operation> operations = new ArrayList<>(changes.size() + RESERVED_OPERATIONS);
        for (Change change : changes) {
            if (change.guard() != null) {
                guards.add(change.guard());
            }
            operations.addAll(change.operations());
        }
        operations.addAll(own);
        batches(changes).stream()
                .filter(batch -> !batch.equals(labelledBatch))
                .map(this::label)
                .forEach(operations::add);
        return new Transaction(guards, operations);
    }

    private static Set<String> batches(List<Change> changes) {
        Set<String> batches = new HashSet<>();
        for (Change change : changes) {
            if (change.setsAside() > 0) {
                change.quarantineBatches().forEach(batches::add);
            }
        }
        return batches;
    }

    private Operation label(String batch) {
        String reason = checkpoint().fromOldPrimary()
                ? "lost writes: made on this site while it was the primary, after the last mirrored revision"
                : "on this standby, and not known to come from its primary, before the mirror overwrote or deleted it";
        return Quarantine.about(
                batch, new About(reason, options.name(), options.clock().instant()));
    }

    /** Returns only if the lock, the role and the checkpoint are as they were, so that a change's own guard must have failed. */
    void explainOrRestart() {
        Map<Bytes, KeyValue> now = standby.read(List.of(DrKitKeys.LOCK, DrKitKeys.ROLE, checkpointKey()));
        Optional<Site.RecordedRole> role = Site.role(now);
        if (role.isPresent() && role.get().role().role() == Role.PRIMARY) {
            throw new UnsafeToProceedException("The standby " + standby.name() + " was promoted: it is "
                    + role.get().role() + " now, and nothing more is written to it.");
        }
        if (role.map(Site.RecordedRole::modRevision).orElse(0L) != roleModRevision) {
            throw new RestartException("the standby's role was written anew");
        }
        KeyValue lock = now.get(DrKitKeys.LOCK);
        if (lock == null || lock.modRevision() != lockRevision) {
            throw new RestartException("the lock on the standby was lost");
        }
        KeyValue stored = now.get(checkpointKey());
        if ((stored == null ? 0 : stored.version()) != record.version()) {
            throw new RestartException("the checkpoint was moved by a transaction whose outcome was unknown");
        }
    }

    private Bytes checkpointKey() {
        return DrKitKeys.checkpoint(options.name());
    }
}
