package io.drkit.mirror;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.mirror.SkippedKeys.Reason;
import io.drkit.mirror.Strangers.Mark;
import io.drkit.object.DesiredState;
import io.drkit.object.StoredObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What it takes to make keys of the standby agree with the primary's, knowing how both hold them: for each key a change, or none. */
final class Differences {

    private final MirrorScope scope;
    private final DesiredState desired;
    private final StandbyWriter writer;
    private final SkippedKeys skipped;
    private final Strangers strangers;
    private final SettingAside aside;
    private final StandbyAddresses addresses;
    private final Predicate<Bytes> neverGiven;

    /** @param neverGiven keys that the old primary had and the new one was never given, though in scope: it had refused them */
    Differences(
            MirrorScope scope,
            StandbyWriter writer,
            SkippedKeys skipped,
            Strangers strangers,
            SettingAside aside,
            StandbyAddresses addresses,
            Predicate<Bytes> neverGiven) {
        this.scope = scope;
        this.desired = scope.desired();
        this.writer = writer;
        this.skipped = skipped;
        this.strangers = strangers;
        this.aside = aside;
        this.addresses = addresses;
        this.neverGiven = neverGiven;
    }

    /** For all keys of a part of the range, of which {@code here} is what the primary has that is wanted, and {@code there} what the standby holds. */
    List<Change> in(KeyRange part, List<KeyValue> here, List<KeyValue> there, boolean copying) {
        Map<Bytes, KeyValue> existing = new HashMap<>();
        there.stream().filter(entry -> part.contains(entry.key())).forEach(entry -> existing.put(entry.key(), entry));
        Map<Bytes, Mark> marks = strangers.marks(part);
        Set<Bytes> settled = skipped.in(part);
        List<Change> changes = new ArrayList<>();
        for (KeyValue entry : here) {
            if (part.contains(entry.key())) {
                Bytes key = entry.key();
                settled.remove(key);
                level(key, entry, existing.remove(key), marks.remove(key), copying)
                        .ifPresent(changes::add);
            }
        }
        Set<Bytes> rest = new HashSet<>(existing.keySet());
        rest.addAll(marks.keySet());
        rest.addAll(settled);
        rest.stream()
                .sorted()
                .forEach(key -> level(key, null, existing.get(key), marks.get(key), copying)
                        .ifPresent(changes::add));
        return changes;
    }

    /** Whether the primary's entry is one that the standby is to have, or would be if its value could be read. */
    boolean isWanted(KeyValue entry) {
        return scope.holds(entry) || (!entry.leased() && scope.isUndecidable(entry));
    }

    /**
     * For one key.
     *
     * @param wanted what the primary has; null for nothing that is wanted
     * @param mark the create revision that a mark on it as a stranger names
     * @param copying whether what cannot be ordered is put off until the end of the copy
     */
    Optional<Change> level(
            Bytes key, @Nullable KeyValue wanted, @Nullable KeyValue existing, @Nullable Mark mark, boolean copying) {
        if (wanted == null) {
            return existing == null ? dropVoid(key, mark) : keepOrDelete(existing, mark);
        }
        if (isUndecidable(wanted)) {
            return leave(key, existing, mark, Reason.UNREADABLE, undecided());
        }
        return existing == null ? create(wanted, mark, copying) : agree(wanted, existing, mark);
    }

    private Optional<Change> create(KeyValue wanted, @Nullable Mark mark, boolean copying) {
        Bytes key = wanted.key();
        if (!copying && desired.allowsAbsence(wanted.value())) {
            return dropVoid(key, mark);
        }
        Optional<String> taken = addresses.takenFrom(wanted);
        if (taken.isPresent()) {
            return skip(key, Reason.WITHHELD, taken.get());
        }
        if (copying && scope.standbyIsAlive() && StoredObject.isEncrypted(wanted.value())) {
            return skip(key, Reason.DEFERRED, "its owners cannot be read");
        }
        return Optional.of(unmarked(Change.put(key, desired.toCreate(wanted.value()), Guard.absent(key)), mark));
    }

    private Optional<Change> agree(KeyValue wanted, KeyValue existing, @Nullable Mark mark) {
        boolean comparable = !existing.leased() && (!scope.standbyIsAlive() || scope.holds(existing));
        Optional<String> objection =
                comparable ? desired.objection(wanted.value(), existing.value()) : Optional.empty();
        if (objection.isPresent() && isReplaced(wanted, existing, mark)) {
            return Optional.of(aside.overwrite(existing, mark, desired.toCreate(wanted.value())));
        }
        if (!existing.leased() && desired.isEqual(wanted.value(), existing.value())) {
            // What must not be overwritten must not be deleted either, once the primary deletes its own.
            return objection.isPresent()
                    ? some(keepOwn(forgotten(wanted.key()), existing, mark, false))
                    : dropVoid(wanted.key(), mark);
        }
        if (!comparable && !existing.leased()) {
            objection = Optional.of("what the standby has there is its own, and not in the scope");
        }
        objection = objection.or(() -> addresses.takenFrom(wanted));
        if (objection.isPresent()) {
            return leave(wanted.key(), existing, mark, Reason.WITHHELD, objection.get());
        }
        return Optional.of(aside.overwrite(existing, mark, desired.toUpdate(wanted.value(), existing.value())));
    }

    /** Whether the primary gave the standby what this has there, and has made it anew since: it is not the standby's own, to be kept. */
    private boolean isReplaced(KeyValue wanted, KeyValue existing, @Nullable Mark mark) {
        return !isOwn(existing, mark)
                && StoredObject.read(wanted.value()).isPresent()
                && StoredObject.read(existing.value()).isPresent();
    }

    /** Of what is wanted, and so either held or undecidable. What can be read was decided. */
    private boolean isUndecidable(KeyValue wanted) {
        return scope.readsValues() && StoredObject.read(wanted.value()).isEmpty() && !scope.holds(wanted);
    }

    /** Whether it is written down that the key is left as it is; then nothing to be done about it does not mean that it agrees. */
    boolean isLeftAlone(Bytes key) {
        return skipped.contains(key);
    }

    private String undecided() {
        return "whether it belongs to scope " + scope.name() + " depends on its value";
    }

    /** Leaves the key as it is, and writes down why. */
    Optional<Change> skip(Bytes key, Reason reason, String why) {
        return some(skipped.mark(key, reason, why));
    }

    private static Optional<Change> some(Change change) {
        return change.operations().isEmpty() ? Optional.empty() : Optional.of(change);
    }

    /** Leaves the key as it is, and writes down why; and whose it is, if the standby has it of its own. */
    Optional<Change> leave(Bytes key, @Nullable KeyValue existing, @Nullable Mark mark, Reason reason, String why) {
        Change note = skipped.mark(key, reason, why);
        return some(existing == null ? note : keepOwn(note, existing, mark, false));
    }

    private Optional<Change> keepOrDelete(KeyValue existing, @Nullable Mark mark) {
        Bytes key = existing.key();
        boolean held = scope.holds(existing);
        if (!held && scope.isUndecidable(existing) && !isOwn(existing, mark)) {
            return skip(key, Reason.UNREADABLE, "the primary has nothing of this scope there, and " + undecided());
        }
        if (!held || Strangers.isMarked(existing, mark)) {
            return some(keepOwn(forgotten(key), existing, mark, held));
        }
        boolean fromOldPrimary = writer.checkpoint().fromOldPrimary();
        boolean only = fromOldPrimary && isOfOldPrimary(existing) && neverGiven.test(key);
        boolean lostWrite = fromOldPrimary && !only;
        boolean stranger = strangers.isStranger(existing, mark) || only;
        return !stranger || lostWrite
                ? Optional.of(aside.delete(existing, mark))
                : some(keepOwn(forgotten(key), existing, mark, true));
    }

    /** Sees to it that what the standby has of its own is marked so. */
    private Change keepOwn(Change change, KeyValue existing, @Nullable Mark mark, boolean surplus) {
        boolean marked = Strangers.isMarked(existing, mark) && mark != null && mark.surplus() == surplus;
        boolean concerns = scope.holds(existing) || Strangers.mayBeHeld(scope, existing);
        return marked || !concerns || !isOwn(existing, mark) ? change : change.and(strangers.mark(existing, surplus));
    }

    /** Whether the standby has it from someone else than the primary. An old primary has of its own what it never gave away. */
    private boolean isOwn(KeyValue existing, @Nullable Mark mark) {
        return strangers.isStranger(existing, mark) || isOfOldPrimary(existing);
    }

    private boolean isOfOldPrimary(KeyValue existing) {
        return writer.checkpoint().fromOldPrimary()
                && existing.modRevision() <= writer.checkpoint().copyFloor();
    }

    /** Nothing is to be done about the key, except that no record of it is true any more. */
    private Optional<Change> dropVoid(Bytes key, @Nullable Mark mark) {
        return some(unmarked(forgotten(key), mark));
    }

    private Change forgotten(Bytes key) {
        Change nothing = new Change(key, List.of(), null);
        return skipped.contains(key) ? nothing.and(skipped.forget(key)) : nothing;
    }

    private Change unmarked(Change change, @Nullable Mark mark) {
        return mark == null ? change : change.and(strangers.unmark(change.key()));
    }
}
