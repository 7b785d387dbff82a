package io.drkit.simulation;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.Checkpoint;
import io.drkit.mirror.MirrorStatus;
import io.drkit.object.DesiredState;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import io.drkit.quarantine.Quarantine;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a mirror promises of a standby whose control plane is alive: each method is named after one promise. */
final class LivingJudge {

    private final Profile profile;
    private final MirrorScope scope;
    private final DesiredState desired;
    private final BiConsumer<String, String> broken;
    private final Map<Bytes, TreeMap<Long, String>> corrections = new HashMap<>();
    private final Map<Bytes, Bytes> aside = new HashMap<>();

    LivingJudge(Profile profile, BiConsumer<String, String> broken) {
        this.profile = profile;
        this.scope = profile.scope();
        this.desired = scope.desired();
        this.broken = broken;
    }

    /** The mirror has written: {@code before} and {@code now} are its checkpoints. */
    void judge(
            Side standby,
            Side primary,
            long time,
            List<Operation> operations,
            @Nullable Checkpoint before,
            @Nullable Checkpoint now) {
        for (Operation operation : operations) {
            if (Side.RANGE.contains(operation.key())) {
                onlyWhatIsInScope(standby, operation);
                nothingOfOthersIsLost(standby, primary, operation);
                nothingIsOrphaned(standby, primary, operation, now == null ? 0 : now.revision());
            }
            quarantineIsNotOverwritten(standby, operation);
        }
        if (before != null
                && now != null
                && before.isComplete()
                && now.isComplete()
                && before.revision() == now.revision()
                && now.partialTo() <= now.revision()) {
            operations.stream()
                    .filter(operation -> Side.RANGE.contains(operation.key()))
                    .forEach(operation -> corrected(standby, primary, time, operation, now));
        }
    }

    /** Neither a key that the scope cannot admit is written, nor over what is not in it, nor what nobody can tell of. */
    private void onlyWhatIsInScope(Side standby, Operation operation) {
        Bytes key = operation.key();
        KeyValue there = standby.before.get(key);
        if (!scope.mayAdmit(key) || (there != null && !there.leased() && !scope.holds(there))) {
            broken.accept("nothing else touched", "not in scope, and written: " + Side.show(operation));
        }
        if (operation instanceof Operation.Put put) {
            KeyValue written = entry(key, put.value());
            if (!scope.holds(written)) {
                broken.accept(
                        "nothing else touched", "nobody can tell whether it is in scope: " + Side.show(operation));
            }
            // What the primary gave, if only over a stranger's, and has made anew, is not the standby's own to keep.
            if (there != null
                    && !there.leased()
                    && standby.createdByStrangers.contains(key)
                    && standby.strangeBefore.contains(key)
                    && desired.objection(put.value(), there.value()).isPresent()) {
                broken.accept("nothing else touched", "written in spite of an objection: " + Side.show(operation));
            }
        }
    }

    private static KeyValue entry(Bytes key, Bytes value) {
        return new KeyValue(key, value, 1, 1, 1, false);
    }

    /**
     * What someone else wrote under a key in scope, and says something new in desired state, is in quarantine when the mirror replaces or deletes
     * it. It says nothing new if what stands there now says the same, if the same was set aside of that key before, or if the primary said the
     * same at some time.
     */
    private void nothingOfOthersIsLost(Side standby, Side primary, Operation operation) {
        Bytes key = operation.key();
        KeyValue lost = standby.before.get(key);
        if (lost == null || lost.leased() || !standby.strangeBefore.contains(key)) {
            return;
        }
        boolean said = operation instanceof Operation.Put put && desired.isEqual(put.value(), lost.value());
        if (!said && !isAside(standby, key, lost.value()) && !wasPrimarys(primary, key, lost.value())) {
            broken.accept(
                    "nothing of someone else's is lost",
                    standby.mirror + " lost " + key.printable() + "=" + Side.show(lost.value()));
        }
    }

    private boolean isAside(Side standby, Bytes key, Bytes value) {
        return standby.entries(DrKitKeys.QUARANTINE_RANGE).values().stream()
                .filter(entry ->
                        Quarantine.originalKey(entry.key()).filter(key::equals).isPresent())
                .anyMatch(entry -> desired.isEqual(entry.value(), value));
    }

    private boolean wasPrimarys(Side primary, Bytes key, Bytes value) {
        return primary.history.values().stream()
                .map(content -> content.get(key))
                .filter(Objects::nonNull)
                .distinct()
                .anyMatch(said -> desired.isEqual(said, value));
    }

    /** No batch holds a key twice. */
    private void quarantineIsNotOverwritten(Side standby, Operation operation) {
        if (operation instanceof Operation.Put put
                && Quarantine.originalKey(put.key()).isPresent()) {
            Bytes kept = aside.put(put.key().concat(Bytes.utf8(standby.name)), put.value());
            if (kept != null && !kept.equals(put.value())) {
                broken.accept(
                        "nothing of someone else's is lost",
                        "overwritten in quarantine: " + put.key().printable());
            }
        }
    }

    /**
     * Of what the mirror creates, the standby's garbage collector deletes nothing at once: one of its owners is there. Not promised where the
     * standby or the primary does not know an owner's kind; where another deleted the owner there a moment ago; where the primary has no owner left either; where
     * the standby refuses an owner for its size, which shows when it is too late; and for owners in a circle that no transaction holds.
     */
    private void nothingIsOrphaned(Side standby, Side primary, Operation operation, long revision) {
        if (!(operation instanceof Operation.Put put) || standby.before.containsKey(put.key())) {
            return;
        }
        List<OwnerReference> owners = owners(put.value());
        boolean excused = owners.isEmpty()
                || !ControlPlane.areKnown(standby.now.keySet(), owners)
                || owners.stream().anyMatch(owner -> ControlPlane.isAlive(standby, owner))
                || owners.stream().anyMatch(owner -> standby.strange.contains(key(owner)))
                || owners.stream().noneMatch(owner -> isWantedAlive(primary, owner))
                || owners.stream().anyMatch(owner -> isRefused(primary, owner))
                || !ControlPlane.areKnown(primary.at(revision).keySet(), owners)
                || !primary.history.tailMap(revision).values().stream()
                        .allMatch(content -> ControlPlane.areKnown(content.keySet(), owners))
                || (profile.maySplit() && isInCircle(primary, put.key()));
        if (!excused) {
            broken.accept(
                    "nothing is garbage",
                    standby.mirror + " wrote " + put.key().printable() + ", and none of its owners is on the "
                            + standby.name + ": " + Side.show(put.value()));
        }
    }

    /** A leased owner is to go from the standby. */
    private static boolean isWantedAlive(Side primary, OwnerReference owner) {
        KeyValue there = primary.now.get(key(owner));
        return there != null && !there.leased() && ControlPlane.isAlive(primary, owner);
    }

    private boolean isRefused(Side primary, OwnerReference owner) {
        return primary.history.values().stream()
                .map(content -> content.get(key(owner)))
                .anyMatch(value -> value != null && isLarge(value));
    }

    private static List<OwnerReference> owners(Bytes value) {
        return StoredObject.read(value).map(StoredObject::owners).orElse(List.of());
    }

    private static Bytes key(OwnerReference owner) {
        Kind kind = Kind.of(owner);
        return kind == null ? Bytes.EMPTY : kind.key(owner.name());
    }

    /** Whether an object, or one above it, is its own ancestor, or was at some time. */
    private static boolean isInCircle(Side primary, Bytes key) {
        Set<Bytes> above = ancestors(primary, key);
        return above.contains(key)
                || above.stream().anyMatch(each -> ancestors(primary, each).contains(each));
    }

    private static Set<Bytes> ancestors(Side primary, Bytes key) {
        Set<Bytes> above = new HashSet<>();
        for (Set<Bytes> next = Set.of(key); !next.isEmpty(); ) {
            next = next.stream()
                    .flatMap(each -> primary.history.values().stream()
                            .map(content -> content.get(each))
                            .filter(Objects::nonNull)
                            .distinct())
                    .flatMap(value -> owners(value).stream())
                    .map(LivingJudge::key)
                    .filter(above::add)
                    .collect(Collectors.toSet());
        }
        return above;
    }

    /** What is written while the checkpoint stays is what the primary has, and no key is put right too often. */
    private void corrected(Side standby, Side primary, long time, Operation operation, Checkpoint checkpoint) {
        Bytes key = operation.key();
        Bytes value = operation instanceof Operation.Put put ? put.value() : null;
        boolean right = Stream.concat(
                        Stream.of(primary.at(checkpoint.revision())),
                        primary.history.tailMap(checkpoint.revision(), false).values().stream())
                .anyMatch(content -> agree(held(content, key), value));
        if (!right && primary.formerly(checkpoint.revision()).isEmpty()) {
            broken.accept(
                    "only puts right",
                    standby.mirror + " wrote what the primary does not say: " + Side.show(operation));
        }
        TreeMap<Long, String> times = corrections.computeIfAbsent(key, any -> new TreeMap<>());
        times.put(time, standby.mirror);
        long since = time - profile.correctionSeconds() * 1_000_000_000L;
        long recent = times.tailMap(since, false).values().stream()
                .filter(standby.mirror::equals)
                .count();
        // The while that the mirror counts in may end in the middle of this one.
        if (profile.faults() == 0 && !profile.cuts() && recent > 2L * profile.corrections()) {
            broken.accept(
                    "does not fight for ever",
                    standby.mirror + " put " + key.printable() + " right " + recent + " times within "
                            + profile.correctionSeconds() + " s");
        }
    }

    private boolean agree(@Nullable Bytes primary, @Nullable Bytes standby) {
        if (primary == null || standby == null) {
            return primary == null && standby == null;
        }
        return desired.isEqual(primary, standby);
    }

    private @Nullable Bytes held(Map<Bytes, Bytes> content, Bytes key) {
        Bytes value = content.get(key);
        return value != null && scope.holds(entry(key, value)) ? value : null;
    }

    /** How a standby differs from {@code due} in what the mirror touched last, and has not told that it leaves as it is. */
    Optional<String> difference(Side standby, Map<Bytes, Bytes> due) {
        Map<Bytes, Bytes> there = standby.unleased();
        Set<Bytes> skipped = standby.skipped();
        return keys(due, there)
                .filter(key -> !skipped.contains(key) && !standby.strange.contains(key))
                .filter(key -> differs(due, there, key))
                .findFirst()
                .map(key -> text(key, held(there, key), held(due, key)));
    }

    private static Stream<Bytes> keys(Map<Bytes, Bytes> some, Map<Bytes, Bytes> more) {
        return Stream.concat(some.keySet().stream(), more.keySet().stream()).distinct();
    }

    private boolean differs(Map<Bytes, Bytes> due, Map<Bytes, Bytes> there, Bytes key) {
        Bytes should = held(due, key);
        Bytes is = held(there, key);
        // The primary is about to lose it, and on the standby that is done.
        boolean gone = should != null && is == null && there.get(key) == null && isBeingDeleted(should);
        return !agree(should, is) && !gone;
    }

    private static boolean isBeingDeleted(Bytes value) {
        return StoredObject.read(value).map(StoredObject::isBeingDeleted).orElse(false);
    }

    private static String text(Bytes key, @Nullable Bytes is, @Nullable Bytes should) {
        return key.printable() + " is " + (is == null ? "absent" : Side.show(is)) + " and should be "
                + (should == null ? "absent" : Side.show(should));
    }

    /**
     * When all is well, every key of the primary's agrees, or a marker tells truly why not; what else is there a stranger made, and it is marked as
     * such; and the counters tell the same.
     */
    Optional<String> atRest(Side standby, Side primary, MirrorStatus status) {
        Map<Bytes, Bytes> due = primary.unleased();
        Map<Bytes, Bytes> there = standby.unleased();
        Map<Bytes, String> markers = markers(standby, DrKitKeys.skipped("default"));
        Map<Bytes, String> strangers = markers(standby, DrKitKeys.strangers("default"));
        Optional<String> wrong = keys(due, there)
                .filter(key -> differs(due, there, key) && !markers.containsKey(key))
                .filter(key -> held(due, key) != null || !isStrangers(standby, key, strangers.get(key)))
                .findFirst()
                .map(key -> text(key, held(there, key), held(due, key)));
        if (wrong.isPresent()) {
            return wrong;
        }
        wrong = markers.entrySet().stream()
                .filter(marker -> !isTrue(marker.getValue(), marker.getKey(), primary, standby))
                .findFirst()
                .map(marker -> marker.getKey().printable() + " is said to be skipped: " + marker.getValue());
        if (wrong.isPresent()) {
            return wrong;
        }
        long contended = markers.values().stream()
                .filter(text -> text.startsWith("contended: "))
                .count();
        return status.skipped() == markers.size() && status.contended() == contended
                ? Optional.empty()
                : Optional.of("the counters are wrong: " + status.skipped() + " skipped and " + status.contended()
                        + " contended are told, there are " + markers);
    }

    private static boolean isStrangers(Side standby, Bytes key, @Nullable String mark) {
        KeyValue there = standby.now.get(key);
        return standby.createdByStrangers.contains(key)
                && there != null
                && Long.toString(there.createRevision()).equals(mark);
    }

    private static Map<Bytes, String> markers(Side standby, Bytes prefix) {
        Map<Bytes, String> markers = new HashMap<>();
        standby.entries(KeyRange.prefix(prefix))
                .forEach((key, entry) ->
                        markers.put(key.dropFirst(prefix.size()), entry.value().utf8()));
        return markers;
    }

    /** Whether the reason that a marker gives is so. */
    private boolean isTrue(String marker, Bytes key, Side primary, Side standby) {
        KeyValue wanted = primary.now.get(key);
        KeyValue there = standby.now.get(key);
        if (marker.startsWith("kept: ") && there != null && isLarge(there.value())) {
            return true;
        }
        if (wanted == null || wanted.leased()) {
            return false;
        }
        if (marker.startsWith("unreadable: ")) {
            return scope.isUndecidable(wanted);
        }
        if (!scope.holds(wanted)) {
            return false;
        }
        if (marker.startsWith("withheld: ")) {
            return there == null
                    ? isOrphan(standby, wanted.value()) || isTaken(standby, key, wanted.value())
                    : !scope.holds(there)
                            || desired.objection(wanted.value(), there.value()).isPresent()
                            || isTaken(standby, key, wanted.value());
        }
        // Nothing fights any more, and no copy runs.
        return !marker.startsWith("contended: ")
                && !marker.startsWith("deferred: ")
                && (isLarge(wanted.value()) || (there != null && isLarge(there.value())));
    }

    private boolean isLarge(Bytes value) {
        return profile.requestLimit() && value.size() > Profile.REQUEST_LIMIT / 2;
    }

    private boolean isOrphan(Side standby, Bytes value) {
        List<OwnerReference> owners = owners(desired.toCreate(value));
        return !owners.isEmpty() && owners.stream().noneMatch(owner -> ControlPlane.isAlive(standby, owner));
    }

    private boolean isTaken(Side standby, Bytes key, Bytes value) {
        String address = Thing.read(Kind.SERVICE, value).map(Thing::address).orElse("");
        return !address.isEmpty()
                && standby.now.values().stream()
                        .filter(entry -> !entry.key().equals(key) && entry.key().startsWith(Kind.SERVICE.folder))
                        .anyMatch(entry -> Thing.read(Kind.SERVICE, entry.value())
                                .filter(thing -> thing.address().equals(address))
                                .isPresent());
    }
}
