package io.drkit.consistency;

import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.KeyDifference.Kind;
import io.drkit.consistency.SideBySide.Pair;
import io.drkit.consistency.SideBySide.Pins;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorRecord;
import io.drkit.object.DesiredState;
import io.drkit.quarantine.About;
import io.drkit.quarantine.Quarantine;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.Site.RecordedRole;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@link ConsistencyChecker#repair}. Every write is guarded by the standby's key as compared, by the standby's role and by the
 * absence of a mirror's lock.
 *
 * <p>Each value that is overwritten or deleted is set aside in the {@link Quarantine}: it may be a lost write of an old primary. No guard spans
 * two stores, so a surplus key is looked up once more on the primary right before it is deleted; one created there after that look is put back
 * by the next mirror or repair.
 */
final class Repair {

    private static final int MOST_OPERATIONS = 100;
    private static final int MOST_BYTES = 1 << 20;

    private final KeyStore primary;
    private final KeyStore standby;
    private final MirrorScope scope;
    private final Level level;
    private final DesiredState standard;
    private final boolean deleteSurplus;
    private final CheckerOptions options;
    private final Instant began;
    private final String batch;
    private final List<Guard> fence;
    /** Carried in every transaction, so that a mirror takes what is put here for the primary's, and deletes it with the primary. */
    private final List<MirrorRecord> records;

    private final List<Change> pending = new ArrayList<>();
    private int pendingOperations;
    private int pendingBytes;
    private boolean labelled;
    private long put;
    private long deleted;
    private long left;

    /** What puts one key right. */
    private record Change(Guard guard, List<Operation> operations, boolean deletion) {

        int bytes() {
            return operations.stream().mapToInt(Operation::size).sum();
        }
    }

    Repair(KeyStore primary, KeyStore standby, MirrorScope scope, boolean deleteSurplus, CheckerOptions options) {
        this.primary = primary;
        this.standby = standby;
        this.scope = scope;
        this.level = Level.of(scope);
        this.standard = level.standard(scope);
        this.deleteSurplus = deleteSurplus;
        this.options = options;
        this.began = options.clock().instant();
        this.batch = "repair-" + began;
        this.fence = refuseOrFence();
        this.records = MirrorRecord.overlapping(standby, scope.range());
    }

    RepairReport run() {
        SideBySide sides = new SideBySide(primary, standby, scope, level, options.pageSize(), () -> new Pins(0, 0));
        for (Pair pair = sides.next(); pair != null; pair = sides.next()) {
            if (!pair.undecidable()) {
                repair(pair);
            }
        }
        flush();
        return new RepairReport(put, deleted, left);
    }

    /** Only what the standby alone has; returns how many keys that was. */
    long deleteSurplus() {
        SideBySide sides = new SideBySide(primary, standby, scope, level, options.pageSize(), () -> new Pins(0, 0));
        for (Pair pair = sides.next(); pair != null; pair = sides.next()) {
            if (!pair.undecidable() && pair.primary() == null) {
                repair(pair);
            }
        }
        flush();
        return deleted;
    }

    private void repair(Pair pair) {
        Optional<Kind> kind = DefaultConsistencyChecker.difference(pair, level, standard);
        if (kind.isEmpty()) {
            return;
        }
        boolean keep = kind.get() == Kind.SURPLUS && !deleteSurplus;
        if (keep || DefaultConsistencyChecker.obstacle(pair, standard).isPresent()) {
            left++;
        } else {
            add(change(pair));
        }
    }

    private List<Guard> refuseOrFence() {
        Optional<String> identity = Site.at(standby).identity();
        if (identity.isPresent() && identity.equals(Site.at(primary).identity())) {
            throw new UnsafeToProceedException("Refused to repair " + standby.name() + " from " + primary.name()
                    + ": both are the same site, or one is a copy of the other. Check the endpoints.");
        }
        Optional<RecordedRole> role = refuseWhileOthersWrite();
        if (deleteSurplus && isEmpty(primary) && !isEmpty(standby)) {
            throw new UnsafeToProceedException(
                    "Refused to delete surplus keys: " + primary.name() + " holds no key of scope "
                            + scope.name() + ", so all of it on " + standby.name()
                            + " would be deleted. Check the endpoints and the scope.");
        }
        return List.of(
                Guard.absent(DrKitKeys.LOCK),
                Guard.unchanged(
                        DrKitKeys.ROLE, role.map(RecordedRole::modRevision).orElse(0L)));
    }

    private Optional<RecordedRole> refuseWhileOthersWrite() {
        Map<Bytes, KeyValue> read = standby.read(List.of(DrKitKeys.LOCK, DrKitKeys.ROLE));
        Optional<RecordedRole> role = Site.role(read);
        if (role.isPresent() && role.get().role().role() == Role.PRIMARY) {
            throw new UnsafeToProceedException("Refused to repair " + standby.name()
                    + ": its role is PRIMARY. Demote it first if it is the standby now." + soFar());
        }
        if (read.containsKey(DrKitKeys.LOCK)) {
            throw new UnsafeToProceedException(
                    "Refused to repair " + standby.name() + ": a mirror is writing to it. Stop it first." + soFar());
        }
        return role;
    }

    private String soFar() {
        return put + deleted == 0 ? "" : " Before that, " + put + " keys were put and " + deleted + " deleted.";
    }

    private boolean isEmpty(KeyStore store) {
        Scan scan = new Scan(store, RangeRequest.of(scope.range(), 0, options.pageSize()));
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            if (scope.holds(entry)) {
                return false;
            }
        }
        return true;
    }

    private Change change(Pair pair) {
        KeyValue onStandby = pair.standby();
        KeyValue onPrimary = pair.primary();
        Guard guard =
                onStandby == null ? Guard.absent(pair.key()) : Guard.unchanged(pair.key(), onStandby.modRevision());
        List<Operation> operations = new ArrayList<>();
        if (onStandby != null) {
            operations.add(Quarantine.setAside(batch, onStandby));
        }
        operations.add(onPrimary == null ? Operation.delete(pair.key()) : put(onPrimary, onStandby));
        return new Change(guard, operations, onPrimary == null);
    }

    private Operation put(KeyValue onPrimary, @Nullable KeyValue onStandby) {
        Bytes value = onStandby == null
                ? standard.toCreate(onPrimary.value())
                : standard.toUpdate(onPrimary.value(), onStandby.value());
        return Operation.put(onPrimary.key(), value);
    }

    private void add(Change change) {
        int operations = change.operations().size();
        int bytes = change.bytes();
        if (pendingOperations + operations > MOST_OPERATIONS || pendingBytes + bytes > MOST_BYTES) {
            flush();
        }
        pending.add(change);
        pendingOperations += operations;
        pendingBytes += bytes;
    }

    private void flush() {
        List<Change> changes = stillWanted();
        if (!changes.isEmpty() && !commit(changes)) {
            refuseWhileOthersWrite();
            for (Change change : changes) {
                boolean done = (changes.size() > 1 && commit(List.of(change))) || commitInTwo(change);
                left += done ? 0 : 1;
            }
        }
        pending.clear();
        pendingOperations = 0;
        pendingBytes = 0;
    }

    /** Where old and new value are too large for one transaction, the old one is set aside first. */
    private boolean commitInTwo(Change change) {
        int last = change.operations().size() - 1;
        return last > 0
                && commit(List.of(new Change(change.guard(), change.operations().subList(0, last), false)), 0)
                && commit(List.of(
                        new Change(change.guard(), change.operations().subList(last, last + 1), change.deletion())));
    }

    /** What is pending, less the deletions of keys that the primary has by now. */
    private List<Change> stillWanted() {
        List<Bytes> deletions = pending.stream()
                .filter(Change::deletion)
                .map(change -> change.guard().key())
                .toList();
        if (deletions.isEmpty()) {
            return List.copyOf(pending);
        }
        Map<Bytes, KeyValue> back = primary.read(deletions);
        left += back.size();
        return pending.stream()
                .filter(change ->
                        !change.deletion() || !back.containsKey(change.guard().key()))
                .toList();
    }

    /** @return whether it was done; otherwise some guard did not hold or it was too large */
    private boolean commit(List<Change> changes) {
        return commit(changes, changes.size());
    }

    /** @param keys how many keys this puts right */
    private boolean commit(List<Change> changes, int keys) {
        List<Guard> guards = new ArrayList<>(fence);
        List<Operation> operations = new ArrayList<>();
        for (Change change : changes) {
            guards.add(change.guard());
            operations.addAll(change.operations());
        }
        long deletions = changes.stream().filter(Change::deletion).count();
        boolean setsAside =
                changes.stream().anyMatch(change -> change.operations().size() > 1);
        if (setsAside && !labelled) {
            operations.add(Quarantine.about(
                    batch, new About("on the standby before a repair overwrote or deleted it", "repair", began)));
        }
        records.forEach(record -> {
            guards.addAll(record.guards());
            operations.addAll(record.operations());
        });
        CommitResult result = standby.commit(new Transaction(guards, operations));
        if (result instanceof CommitResult.OutOfSpace) {
            throw new UnsafeToProceedException(
                    standby.name() + " is out of space and takes no writes. Compact, defragment"
                            + " and disarm its alarm, then repair again." + soFar());
        }
        if (!(result instanceof CommitResult.Committed committed)) {
            return false;
        }
        records.forEach(record -> record.committed(committed.revision()));
        labelled |= setsAside;
        deleted += deletions;
        put += keys - deletions;
        return true;
    }
}
