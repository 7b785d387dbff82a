package io.drkit.mirror;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Transaction.Field;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a standby holds of one mirror: its checkpoint, and its book of the revisions that someone else made. A transaction that carries the
 * {@link #operations()} and {@link #guards()} of a record counts as the mirror's own: what it puts is the primary's, and follows it. Repairs
 * do so; a write that does not makes a stranger.
 *
 * <p>For one thread.
 */
public final class MirrorRecord {

    private final String name;
    private final ForeignRevisions foreign;
    private Checkpoint checkpoint;
    private long version;
    private Checkpoint written;

    /** @param version of the checkpoint's key; 0 if it is yet to be written */
    MirrorRecord(String name, Checkpoint checkpoint, long version, ForeignRevisions foreign) {
        this.name = name;
        this.checkpoint = checkpoint;
        this.written = checkpoint;
        this.version = version;
        this.foreign = foreign;
    }

    /** The records of every mirror to this standby whose scope's range overlaps with {@code range}. */
    public static List<MirrorRecord> overlapping(KeyStore standby, KeyRange range) {
        List<MirrorRecord> records = new ArrayList<>();
        for (String name : Scan.directories(standby, DrKitKeys.MIRRORS)) {
            read(standby, name)
                    .filter(record -> record.checkpoint().range().overlaps(range))
                    .ifPresent(records::add);
        }
        return records;
    }

    /** The record of the mirror of that name, if there is one. */
    public static Optional<MirrorRecord> read(KeyStore standby, String name) {
        return of(name, standby.read(keys(name)));
    }

    /** How many keys are marked as surplus: in scope, and on {@code standby} alone. */
    public static long surplus(KeyStore standby, String name) {
        return Strangers.marks(standby, name, KeyRange.ALL).values().stream()
                .filter(Strangers.Mark::surplus)
                .count();
    }

    /** All that {@link #of} wants to see, at one revision. */
    static List<Bytes> keys(String name) {
        List<Bytes> keys = new ArrayList<>(DrKitKeys.window(name));
        keys.add(DrKitKeys.checkpoint(name));
        keys.add(DrKitKeys.foreign(name));
        return keys;
    }

    /** The record among keys already read. */
    static Optional<MirrorRecord> of(String name, Map<Bytes, KeyValue> read) {
        KeyValue stored = read.get(DrKitKeys.checkpoint(name));
        if (stored == null) {
            return Optional.empty();
        }
        KeyValue intervals = read.get(DrKitKeys.foreign(name));
        Checkpoint checkpoint = Checkpoint.parse(stored.value());
        ForeignRevisions foreign = ForeignRevisions.restore(
                intervals == null ? Bytes.utf8("[]") : intervals.value(), checkpoint.accounted(), stored.modRevision());
        foreign.own(DrKitKeys.window(name).stream()
                .map(read::get)
                .filter(Objects::nonNull)
                .map(KeyValue::modRevision)
                .filter(revision -> revision > stored.modRevision())
                .toList());
        return Optional.of(new MirrorRecord(name, checkpoint, stored.version(), foreign));
    }

    public String name() {
        return name;
    }

    /** The checkpoint as stored. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Whether someone else than this mirror last wrote {@code entry} of the standby. */
    public boolean isForeign(KeyValue entry) {
        return foreign.contains(entry.modRevision());
    }

    ForeignRevisions foreign() {
        return foreign;
    }

    long version() {
        return version;
    }

    /** Hold if the record is as it was read, or as {@link #committed} last left it. */
    public List<Guard> guards() {
        return List.of(new Guard(DrKitKeys.checkpoint(name), Field.VERSION, version));
    }

    /** At most two: they leave the mirror where it is. */
    public List<Operation> operations() {
        return operations(checkpoint, checkpoint.logIndex(), checkpoint.asOf());
    }

    /** At most two: they move the mirror to {@code next}. */
    List<Operation> operations(Checkpoint next, long logIndex, long asOf) {
        written = next.with(foreign.accounted(), logIndex, asOf);
        List<Operation> operations = new ArrayList<>(2);
        operations.add(Operation.put(DrKitKeys.checkpoint(name), written.toBytes()));
        if (foreign.isChanged()) {
            operations.add(Operation.put(DrKitKeys.foreign(name), foreign.toBytes()));
        }
        return operations;
    }

    /** The transactions of a window were committed in these revisions; none of them moved the checkpoint. */
    void windowed(Collection<Long> revisions) {
        foreign.own(revisions);
    }

    /** A transaction with the operations last asked for was committed in {@code revision}. */
    public void committed(long revision) {
        foreign.saved();
        foreign.own(revision);
        checkpoint = written;
        version++;
    }
}
