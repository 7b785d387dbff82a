package io.drkit.simulation;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What users and controllers write where control planes are alive, on either side. */
final class ControlPlane {

    private static final int ADDRESSES = 4;
    /** One of that kind. */
    private static final int OUTER = 4;

    private final Dice dice;
    private final Profile profile;
    private int values;

    ControlPlane(Dice dice, Profile profile) {
        this.dice = dice;
        this.profile = profile;
    }

    /** A site is made: it knows its kinds. */
    void begin(Side side) {
        define(side, Kind.ALPHA);
        define(side, Kind.OUTER);
        if (dice.chance(700)) {
            define(side, Kind.OMEGA);
        }
    }

    /** Garbage is garbage on both sides: each knows all kinds. */
    void heal(Side side) {
        define(side, Kind.ALPHA);
        define(side, Kind.OMEGA);
        define(side, Kind.OUTER);
    }

    private static void define(Side side, Kind kind) {
        kind.definition().ifPresent(definition -> side.store.put(definition, kind.defined()));
    }

    /** Someone changes what is the site's own to change: users of a primary, or those of a standby who should not. */
    void write(Side side) {
        int index = dice.below(profile.keys());
        Bytes key = Kind.key(index);
        switch (dice.below(24)) {
            case 0, 1, 2, 3 -> side.store.delete(key);
            case 4, 5, 6 -> several(side, index);
            case 7 -> side.store.put(Kind.key(OUTER), changed(side, OUTER).stored());
            case 8 -> side.store.putLeased(key.utf8(), "leased", Duration.ofHours(1));
            case 9 -> side.store.put(key, thing(side, index).spec(large()).stored());
            case 10 -> side.store.put(key, Bytes.utf8("k8s:enc:aescbc:v1:key:" + next("e")));
            case 11 -> side.store.put(key, thing(side, index).status(next("t")).stored());
            case 12 ->
                side.store.put(key, thing(side, index).extra(Thing.DELETING).stored());
            case 13 ->
                side.store.put(
                        key, changed(side, index).extra(Thing.LOCAL + ",").stored());
            case 14 -> define(side, Kind.OMEGA);
            case 15 -> {
                if (dice.chance(200)) {
                    Kind.OMEGA.definition().ifPresent(side.store::delete);
                }
            }
            case 16 -> side.store.put(key, anew(side, index).stored());
            default -> side.store.put(key, changed(side, index).stored());
        }
    }

    /** One revision that changes several keys: a family, often. */
    private void several(Side side, int first) {
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < 2 + dice.below(4); i++) {
            Bytes key = Kind.key(first + i);
            if (operations.stream().noneMatch(operation -> operation.key().equals(key))) {
                operations.add(
                        dice.chance(250)
                                ? Operation.delete(key)
                                : Operation.put(key, changed(side, first + i).stored()));
            }
        }
        side.store.write(operations);
    }

    private String large() {
        return next("l") + (profile.largeValues() ? "x".repeat(Profile.LARGE_VALUE) : "");
    }

    private String next(String prefix) {
        return prefix + ++values;
    }

    /** What is there, or something new. */
    private Thing thing(Side side, int index) {
        KeyValue there = side.get(Kind.key(index));
        return Optional.ofNullable(there)
                .flatMap(entry -> Thing.read(Kind.of(index), entry.value()))
                .orElseGet(() -> anew(side, index));
    }

    private Thing anew(Side side, int index) {
        Kind kind = Kind.of(index);
        Thing thing = new Thing(kind, kind.name(index), next("u"), List.of(), "", next("v"), "", next("t"));
        return kind == Kind.SERVICE
                ? thing.address("10.0.0." + dice.below(ADDRESSES))
                : kind.isNamespaced() && dice.chance(500) ? thing.owners(owners(side, index)) : thing;
    }

    private Thing changed(Side side, int index) {
        Thing thing = thing(side, index).spec(next("v"));
        boolean owned = thing.kind() != Kind.SERVICE && thing.kind().isNamespaced();
        return owned && dice.chance(150) ? thing.owners(owners(side, index)) : thing;
    }

    private List<OwnerReference> owners(Side side, int index) {
        List<OwnerReference> owners = new ArrayList<>();
        for (int i = 0; i < 1 + dice.below(2); i++) {
            int owner = dice.below(profile.keys());
            Kind kind = Kind.of(owner);
            if (owner == index) {
                continue;
            }
            KeyValue there = side.get(Kind.key(owner));
            String uid = Optional.ofNullable(there)
                    .flatMap(entry -> StoredObject.read(entry.value()))
                    .map(StoredObject::uid)
                    .orElse("gone");
            owners.add(new OwnerReference(
                    kind.apiVersion, dice.chance(30) ? "Unknown" : kind.kind, kind.name(owner), uid));
        }
        return owners;
    }

    /** A controller notes how things stand, which is nobody's wish. */
    void writeStatus(Side side) {
        int index = dice.below(profile.keys());
        Bytes key = Kind.key(index);
        KeyValue there = side.get(key);
        if (there != null && !there.leased()) {
            Thing.read(Kind.of(index), there.value())
                    .ifPresent(
                            thing -> side.store.put(key, thing.status(next("s")).stored()));
        }
    }

    /** A controller that wants the first key otherwise, at once and always alike; returns whether it wrote. */
    boolean fight(Side side) {
        Bytes key = Kind.key(0);
        KeyValue there = side.get(key);
        Optional<Thing> thing =
                there == null || there.leased() ? Optional.empty() : Thing.read(Kind.of(0), there.value());
        if (thing.isEmpty() || thing.get().spec().equals("fought")) {
            return false;
        }
        side.store.put(key, thing.get().spec("fought").stored());
        return true;
    }

    /**
     * Lets the garbage collector do one thing, if there is any to do; returns which.
     *
     * @param patches whether it takes absent owners away, which the mirror brings back
     */
    Optional<Operation> collect(Side side, boolean patches) {
        for (KeyValue entry : side.entries(Side.RANGE).values().stream()
                .sorted(Comparator.comparing(KeyValue::key))
                .toList()) {
            Operation due = collection(side, entry);
            if (!patches && due instanceof Operation.Put) {
                continue;
            }
            if (due != null) {
                side.store.write(List.of(due));
                return Optional.of(due);
            }
        }
        return Optional.empty();
    }

    boolean hasGarbage(Side side) {
        return side.now.values().stream().anyMatch(entry -> collection(side, entry) instanceof Operation.Delete);
    }

    /** Deletes what has owners of which none is there with that uid; takes away what refers to absent ones, if another is there. */
    private static @Nullable Operation collection(Side side, KeyValue entry) {
        Optional<StoredObject> object = StoredObject.read(entry.value());
        if (entry.leased() || object.isEmpty() || object.get().owners().isEmpty()) {
            return null;
        }
        List<OwnerReference> owners = object.get().owners();
        if (!areKnown(side.now.keySet(), owners)) {
            return null;
        }
        List<OwnerReference> alive =
                owners.stream().filter(owner -> isAlive(side, owner)).toList();
        if (alive.isEmpty()) {
            return Operation.delete(entry.key());
        }
        Kind kind = Kind.of(
                new OwnerReference(object.get().apiVersion(), object.get().kind(), "", ""));
        return alive.size() == owners.size() || kind == null
                ? null
                : Thing.read(kind, entry.value())
                        .map(thing ->
                                Operation.put(entry.key(), thing.owners(alive).stored()))
                        .orElse(null);
    }

    /** Whether a site with these keys serves the owners' kinds. */
    static boolean areKnown(Set<Bytes> keys, List<OwnerReference> owners) {
        return owners.stream().allMatch(owner -> isKnown(keys, owner));
    }

    private static boolean isKnown(Set<Bytes> keys, OwnerReference owner) {
        Kind kind = Kind.of(owner);
        return kind != null && kind.definition().map(keys::contains).orElse(true);
    }

    /** Whether the owner is there, and not another of its name. What cannot be read is taken to be it. */
    static boolean isAlive(Side side, OwnerReference owner) {
        Kind kind = Kind.of(owner);
        KeyValue there = kind == null ? null : side.now.get(kind.key(owner.name()));
        return there != null
                && StoredObject.read(there.value())
                        .map(object -> object.uid().equals(owner.uid()))
                        .orElse(true);
    }
}
