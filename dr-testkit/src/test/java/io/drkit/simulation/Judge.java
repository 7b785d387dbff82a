package io.drkit.simulation;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.Checkpoint;
import io.drkit.mirror.MirrorStatus;
import io.drkit.quarantine.Quarantine;
import io.drkit.site.Role;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Checks every promise at every revision of either site: each method is named after what the mirror promises. */
final class Judge implements Side.Judge {

    private final Function<Side, Side> other;
    private final boolean maySplit;
    private final @Nullable LivingJudge living;
    private final LongSupplier time;
    private final BiConsumer<String, String> broken;
    private final Map<Side, Checkpoint> checkpoints = new HashMap<>();
    private final Map<Side, Checkpoint> streamed = new HashMap<>();
    private final Map<Side, String> lockHolders = new HashMap<>();
    private final Map<Side, Role> roles = new HashMap<>();

    Judge(Function<Side, Side> other, Profile profile, LongSupplier time, BiConsumer<String, String> broken) {
        this.other = other;
        this.maySplit = profile.maySplit();
        this.living = profile.living() ? new LivingJudge(profile, broken) : null;
        this.time = time;
        this.broken = broken;
    }

    @Override
    public void judge(Side side, long revision, List<Operation> operations) {
        boolean mirror = side.author == Side.Author.MIRROR;
        Role roleBefore = roles.get(side);
        if (mirror) {
            nothingElseTouched(side, operations);
            oneWriter(side, roleBefore, operations);
        }
        for (Operation operation : operations) {
            if (operation.key().equals(DrKitKeys.LOCK)) {
                lockHolders.put(side, operation instanceof Operation.Put && mirror ? side.mirror : "");
            }
            if (operation.key().equals(DrKitKeys.ROLE)) {
                Role role = side.role();
                if (role != null) {
                    roles.put(side, role);
                }
            }
            if (mirror && operation.key().equals(DrKitKeys.checkpoint("default"))) {
                checkpointMoved(side, revision);
            }
        }
        if (mirror) {
            if (living != null) {
                living.judge(
                        side, other.apply(side), time.getAsLong(), operations, streamed.get(side), side.checkpoint());
            }
            revisionsAreWhole(side, operations);
            surplusIsKept(side, operations);
        }
    }

    private void nothingElseTouched(Side side, List<Operation> operations) {
        for (Operation operation : operations) {
            Bytes key = operation.key();
            if (!Side.RANGE.contains(key) && !DrKitKeys.OWN.contains(key)) {
                broken.accept("nothing else touched", side.mirror + " wrote " + key.printable());
            }
        }
    }

    private void oneWriter(Side side, @Nullable Role role, List<Operation> operations) {
        boolean introduces = operations.stream()
                .map(Operation::key)
                .allMatch(key -> key.equals(DrKitKeys.SITE) || key.equals(DrKitKeys.ROLE));
        boolean locks = operations.stream().map(Operation::key).allMatch(DrKitKeys.LOCK::equals);
        if (introduces || (locks && role != Role.PRIMARY)) {
            return;
        }
        if (role == Role.PRIMARY) {
            broken.accept("one writer", side.mirror + " wrote to the " + side.name + ", which is a primary");
        }
        if (!side.mirror.equals(lockHolders.get(side))) {
            broken.accept(
                    "one writer", side.mirror + " wrote, but the lock is held by '" + lockHolders.get(side) + "'");
        }
    }

    /** The checkpoint C is complete and says something new: what is in scope equals the primary's at C. */
    private void checkpointMoved(Side side, long revision) {
        Checkpoint now = side.checkpoint();
        Checkpoint before = checkpoints.put(side, now == null ? none() : now);
        if (now == null || !now.isComplete()) {
            return;
        }
        boolean news = before == null || !before.isComplete() || before.revision() != now.revision();
        boolean ofFormerHistory = other.apply(side)
                .formerly(now.revision())
                .filter(content -> difference(side, content).isEmpty())
                .isPresent();
        if (news && !ofFormerHistory) {
            difference(side, other.apply(side).at(now.revision()))
                    .ifPresent(text -> broken.accept(
                            "no gap", "at revision " + revision + " with checkpoint " + now.revision() + ": " + text));
        }
    }

    /** Once the copy is complete, what is in scope changes with the checkpoint only, or on the way to where the checkpoint says it goes. */
    private void revisionsAreWhole(Side side, List<Operation> operations) {
        Checkpoint before = streamed.get(side);
        Checkpoint now = side.checkpoint();
        streamed.put(side, now == null ? none() : now);
        boolean changes = operations.stream().anyMatch(operation -> Side.RANGE.contains(operation.key()));
        if (!changes || before == null || now == null || !before.isComplete() || !now.isComplete()) {
            return;
        }
        boolean part = now.partialTo() > now.revision();
        // Where the standby is alive, what others change is put right at any time, and what they overtake is written in
        // parts.
        if (living == null && (part ? !maySplit : now.revision() == before.revision())) {
            broken.accept("atomic revisions", side.mirror + " applied a part of what follows " + now.revision());
        }
    }

    private static Checkpoint none() {
        return new Checkpoint("", 0, "", Bytes.EMPTY, null, 0, 0, Bytes.EMPTY, 0, false, 0, 0, 0, 0, 0, null);
    }

    /** How a standby differs from {@code due} in what only the mirror touched last. */
    Optional<String> difference(Side standby, Map<Bytes, Bytes> due) {
        if (living != null) {
            return living.difference(standby, due);
        }
        Map<Bytes, Bytes> there = standby.unleased();
        Set<Bytes> keys = new HashSet<>(due.keySet());
        keys.addAll(there.keySet());
        Set<Bytes> skipped = standby.skipped();
        for (Bytes key : keys) {
            Bytes is = there.get(key);
            Bytes should = due.get(key);
            boolean equal = Objects.equals(is, should);
            boolean refused = skipped.contains(key) && (isLarge(should) || isLarge(is));
            if (!equal && !standby.strange.contains(key) && !refused) {
                return Optional.of(key.printable() + " is " + text(is) + " and should be " + text(should));
            }
        }
        return Optional.empty();
    }

    private static boolean isLarge(@Nullable Bytes value) {
        return value != null && value.size() > Profile.REQUEST_LIMIT;
    }

    private static String text(@Nullable Bytes value) {
        return value == null ? "absent" : value.size() > 20 ? value.toString() : "'" + value.printable() + "'";
    }

    /** The keys that only strangers ever write to a site are under a prefix of their own; an old primary's are moved to quarantine by its first copy. */
    private void surplusIsKept(Side side, List<Operation> operations) {
        Checkpoint checkpoint = side.checkpoint();
        boolean mayMove = checkpoint != null && checkpoint.fromOldPrimary();
        for (Operation operation : operations) {
            if (operation.key().startsWith(side.strangers)
                    && !(mayMove && operations.stream().anyMatch(other -> isSetAside(other, operation.key())))) {
                broken.accept(
                        "deletes only what was the primary's",
                        side.mirror + " touched the stranger's "
                                + operation.key().printable());
            }
        }
    }

    private static boolean isSetAside(Operation operation, Bytes key) {
        return Quarantine.isSettingAside(operation)
                && operation.key().printable().endsWith(key.printable());
    }

    /** Every value of {@code lost} is in quarantine, unless it is still in place. */
    void lostWritesAreSetAside(Side side, Map<Bytes, Bytes> lost) {
        Map<Bytes, KeyValue> kept = side.entries(DrKitKeys.QUARANTINE_RANGE);
        lost.forEach((key, value) -> {
            KeyValue now = side.get(key);
            boolean inPlace = now != null && says(now.value(), value, side);
            boolean aside = kept.entrySet().stream()
                    .anyMatch(entry -> entry.getKey().printable().endsWith(key.printable())
                            && says(entry.getValue().value(), value, side));
            if (!inPlace && !aside) {
                broken.accept("lost writes are set aside", key.printable() + "=" + text(value) + " is nowhere");
            }
        });
    }

    private static boolean says(Bytes value, Bytes lost, Side side) {
        return side.scope.desired().isEqual(value, lost);
    }

    /** How a standby that is alive is not as it should be in the end. */
    Optional<String> atRest(Side standby, MirrorStatus status) {
        return living == null ? Optional.empty() : living.atRest(standby, other.apply(standby), status);
    }

    /** The lag told is an upper bound, and what is told to be applied was. */
    void measured(MirrorStatus status, Side primary, long now) {
        Side standby = other.apply(primary);
        Checkpoint written = streamed.getOrDefault(standby, none());
        boolean beyond = status.appliedRevision() > Math.max(written.revision(), written.partialTo());
        // A promoted standby goes its own ways before the mirror notices.
        if (status.state() == MirrorStatus.State.STREAMING && beyond && standby.role() == Role.STANDBY) {
            difference(standby, primary.at(status.appliedRevision()))
                    .ifPresent(
                            text -> broken.accept("measured", status.appliedRevision() + " is not applied: " + text));
        }
        status.lag().ifPresent(lag -> {
            var missing = primary.times.higherEntry(status.appliedRevision());
            long age = missing == null ? 0 : now - missing.getValue();
            if (age > lag.toNanos()) {
                broken.accept(
                        "measured",
                        "the lag is said to be at most " + lag + ", and is " + age / 1e9 + " s: " + status
                                + " but revision " + missing);
            }
        });
    }
}
