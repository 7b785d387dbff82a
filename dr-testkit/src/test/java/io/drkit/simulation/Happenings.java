package io.drkit.simulation;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.Checkpoint;
import io.drkit.mirror.MirrorStatus;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.simulation.Profile.Plot;
import io.drkit.simulation.World.Running;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All that happens to the two sites, but for what the network does. */
final class Happenings {

    private final World world;
    private final Profile profile;
    private final Judge judge;
    private final ControlPlane controlPlane;
    private final Outages outages;
    private final Dice dice;
    private int act;
    private int values;
    private @Nullable InMemoryKeyStore snapshot;
    private boolean refusalIsDue;
    private boolean refusalIsAllowed;
    /** What the standby had of the primary's when it was promoted. */
    private Map<Bytes, Bytes> inherited = Map.of();

    private final Map<Bytes, Bytes> lost = new HashMap<>();
    private long keptAtLeast;

    Happenings(World world, Judge judge) {
        this.world = world;
        this.judge = judge;
        this.outages = new Outages(world);
        this.controlPlane = new ControlPlane(world.dice, world.profile);
        this.profile = world.profile;
        this.dice = world.dice;
    }

    void begin() {
        world.tell("a story of kind " + profile);
        if (profile.living()) {
            controlPlane.begin(world.primary);
        }
        for (int i = 0; i < profile.keys(); i++) {
            write(world.primary);
        }
        if (profile.strangers()) {
            strange();
        }
        world.startMirror();
    }

    /** What the plot wants, when its time has come; called by the world. */
    void plot() {
        long point = world.scheduler.currentPoint();
        if (act == 0 && point > profile.points() / 3) {
            act = 1;
            firstAct();
        } else if (act == 1 && point > profile.points() * 2 / 3) {
            act = 2;
            secondAct();
        }
    }

    private void firstAct() {
        switch (profile.plot()) {
            case SWAP -> {
                outages.giveSpace();
                if (world.standby.role() == Role.STANDBY) {
                    world.standby.as(
                            Side.Author.OPERATOR,
                            () -> Site.at(world.standby.store).promote());
                    inherited = world.standby.unleased();
                    world.tell(world.standby.name + " is promoted");
                    refusalIsAllowed = true;
                }
            }
            case RESTORE -> {
                snapshot = world.primary.store.snapshot();
                world.tell("a snapshot is taken of " + world.primary.name);
            }
            default -> {}
        }
    }

    private void secondAct() {
        switch (profile.plot()) {
            case SWAP -> swap();
            case RESTORE -> restore();
            case MASS_DELETION -> deleteMost();
            default -> {}
        }
    }

    private void swap() {
        if (world.standby.role() != Role.PRIMARY) {
            return;
        }
        Side old = world.primary;
        Checkpoint checkpoint = world.standby.checkpoint();
        Map<Bytes, Bytes> common =
                checkpoint != null && checkpoint.isComplete() ? old.at(checkpoint.revision()) : Map.of();
        old.strange.clear();
        old.strange.addAll(world.standby.skipped());
        old.unleased().forEach((key, value) -> {
            if (!Objects.equals(value, common.get(key))) {
                old.strange.add(key);
                if (!says(value, inherited.get(key)) && !says(value, common.get(key))) {
                    lost.put(key, value);
                }
            }
        });
        old.createdByStrangers.addAll(old.strange);
        old.now.values().stream().filter(KeyValue::leased).forEach(entry -> old.createdByStrangers.add(entry.key()));
        world.living().forEach(world::crash);
        outages.giveSpace();
        old.as(Side.Author.OPERATOR, () -> Site.at(old.store).demote());
        world.primary = world.standby;
        world.standby = old;
        refusalIsAllowed = false;
        world.mirrors.removeIf(running -> running.actor().isGone());
        world.tell(old.name + " is demoted; " + lost.size() + " of its writes are lost ones");
    }

    private boolean says(Bytes value, @Nullable Bytes other) {
        return other != null && profile.scope().desired().isEqual(other, value);
    }

    private void restore() {
        InMemoryKeyStore restored = snapshot;
        if (restored == null) {
            return;
        }
        Checkpoint checkpoint = world.standby.checkpoint();
        long snapshotRevision = restored.content(io.drkit.keystore.KeyRange.ALL).isEmpty() ? 0 : restored.revision();
        refusalIsAllowed = true;
        refusalIsDue = checkpoint != null && checkpoint.revision() > snapshotRevision;
        world.primary.store.setUnreachable(true);
        world.primary.store = restored.watchBatch(profile.watchBatch());
        if (dice.chance(300)) {
            restored.bumpRevision(1000);
        }
        world.primary.times.tailMap(snapshotRevision, false).clear();
        if (!refusalIsDue) {
            world.primary.branch(snapshotRevision);
            world.primary.watchAgain();
        }
        world.tell(world.primary.name + " is restored from the snapshot"
                + (refusalIsDue ? ", which is older than what was mirrored" : ""));
    }

    private void deleteMost() {
        long since = world.scheduler.nanoTime() - Profile.SHRINK_WINDOW.toNanos();
        Side standby = world.standby;
        long there = standby.history.entrySet().stream()
                .filter(entry -> entry.getKey() >= standby.newestAt(since))
                .mapToLong(entry -> entry.getValue().size())
                .min()
                .orElse(0);
        long most = world.standby.history.values().stream()
                .mapToLong(Map::size)
                .max()
                .orElse(0);
        keptAtLeast = there - Math.max(Profile.SHRINK_FLOOR, (long) (0.3 * most)) - 1;
        refusalIsAllowed = true;
        world.primary.store.deletePrefix("/registry/");
        world.tell("all keys of " + world.primary.name + " are deleted, " + there + " or more are on the standby");
    }

    /** One thing happens, by chance. */
    void happen() {
        int kind = dice.chance(profile.obsession().permille) ? profile.obsession().kind : dice.below(100);
        if (kind < 50) {
            write(world.primary);
            if (world.standby.role() == Role.PRIMARY && dice.chance(500)) {
                write(world.standby);
            }
        } else if (kind < 60) {
            if (profile.strangers() && world.standby.role() != Role.PRIMARY) {
                strange();
            }
        } else if (kind < 66) {
            if (profile.compaction()) {
                Side side = dice.chance(500) ? world.primary : world.standby;
                side.store.compact(Math.max(1, side.store.revision() - dice.below(4)));
                side.compactions++;
                world.tell(side.name + " is compacted");
            }
        } else if (kind < 74) {
            if (profile.crashes()) {
                outages.endOne();
            }
        } else if (kind < 82) {
            if (world.living().size() < profile.mirrors()) {
                world.startMirror();
            }
        } else if (kind < 88) {
            if (profile.cuts()) {
                outages.cutOrHeal();
            }
        } else if (kind < 92) {
            if (!world.late.isEmpty()) {
                world.late.remove(dice.below(world.late.size())).doneLate();
            }
        } else if (kind < 94) {
            if (!profile.living()) {
                world.startCheck();
            }
        } else if (kind < 96) {
            if (profile.clockJumps()) {
                world.scheduler.jump(Duration.ofMinutes(dice.below(2000) - 1000));
                world.tell("the clock jumps");
            }
        } else {
            outages.quota();
        }
    }

    private void write(Side side) {
        if (profile.living()) {
            controlPlane.write(side);
            return;
        }
        String key = "/registry/" + dice.below(profile.keys());
        String value = "v" + ++values;
        switch (dice.below(10)) {
            case 0, 1 -> side.store.delete(key);
            case 2 -> side.store.write(several());
            case 3 -> side.store.put("/elsewhere/" + dice.below(3), value);
            case 4 -> side.store.putLeased(key, "leased", Duration.ofHours(1));
            case 5 -> side.store.put(key, profile.largeValues() ? value + "x".repeat(Profile.LARGE_VALUE) : value);
            default -> side.store.put(key, value);
        }
    }

    /** One revision that changes several keys. */
    private List<Operation> several() {
        List<Operation> operations = new ArrayList<>();
        int first = dice.below(profile.keys());
        for (int i = 0; i < 2 + dice.below(4); i++) {
            Bytes key = Bytes.utf8("/registry/" + (first + i));
            operations.add(dice.chance(250) ? Operation.delete(key) : Operation.put(key, Bytes.utf8("m" + ++values)));
        }
        return operations;
    }

    /** Someone else writes to the standby: a key of their own, or one that is the primary's. */
    private void strange() {
        Side side = world.standby;
        String own = side.strangers.utf8() + dice.below(5);
        if (profile.living() && dice.chance(600)) {
            controlPlane.write(side);
            forgetLost();
            world.tell("someone writes to " + side.name);
            return;
        }
        String primarys = "/registry/" + dice.below(profile.keys());
        lost.remove(Bytes.utf8(primarys));
        keptAtLeast--;
        switch (dice.below(6)) {
            case 0 -> side.store.put(primarys, "s" + ++values);
            case 1 -> side.store.delete(primarys);
            case 2 -> side.store.delete(own);
            default -> side.store.put(own, "s" + ++values);
        }
        world.tell("a stranger writes to " + side.name);
    }

    /** What an alive control plane does all the time, on a standby as well as on a primary. */
    void controllersAct(boolean chance) {
        if (!profile.living()) {
            return;
        }
        if (dice.chance(chance ? 30 : 60)) {
            Side side = dice.chance(600) ? world.standby : world.primary;
            controlPlane
                    .collect(side, chance)
                    .ifPresent(done -> world.tell("garbage of " + side.name + ": " + Side.show(done)));
        }
        if (chance && dice.chance(25)) {
            controlPlane.writeStatus(world.standby);
        }
        if (chance && profile.fight() && dice.chance(200) && controlPlane.fight(world.standby)) {
            world.tell("something on " + world.standby.name + " fights");
        }
        forgetLost();
    }

    /** What others than a mirror replaced is not for the mirror to keep. */
    private void forgetLost() {
        lost.entrySet().removeIf(write -> {
            KeyValue now = world.standby.now.get(write.getKey());
            return world.standby.strange.contains(write.getKey())
                    && (now == null || !now.value().equals(write.getValue()));
        });
    }

    /** From now on nothing goes wrong any more. */
    void heal() {
        world.late.clear();
        outages.giveSpace();
        world.living().forEach(running -> {
            running.from().heal();
            running.to().heal();
        });
        if (profile.plot() == Plot.SWAP && world.standby.role() == Role.PRIMARY) {
            // The second act never came.
            swap();
        }
        if (profile.living()) {
            controlPlane.heal(world.primary);
        }
        world.tell("all is well from now on");
        if (world.living().isEmpty()) {
            world.startMirror();
        }
    }

    boolean isOver() {
        world.judgeEnds(refusalIsDue || refusalIsAllowed);
        List<Running> living = world.living();
        if (living.isEmpty() && !isRefused()) {
            world.startMirror();
            return false;
        }
        long newest = world.primary.store.revision();
        boolean level = living.stream()
                .map(running -> running.mirror().status())
                .anyMatch(status -> status.state() == State.STREAMING
                        && status.appliedRevision() == newest
                        && unrest(status).isEmpty());
        return (level && !refusalIsDue) || living.isEmpty();
    }

    /** What a living standby lacks to be as it should be. */
    private Optional<String> unrest(MirrorStatus status) {
        if (!profile.living()) {
            return Optional.empty();
        }
        return controlPlane.hasGarbage(world.standby) || controlPlane.hasGarbage(world.primary)
                ? Optional.of("there is garbage")
                : judge.atRest(world.standby, status);
    }

    private boolean isRefused() {
        return world.mirrors.stream()
                .anyMatch(running -> running.mirror().status().state() == State.REFUSED);
    }

    String status() {
        return world.living().stream()
                .map(running -> unrest(running.mirror().status()).orElse("") + " " + running.actor().name + " "
                        + running.mirror().status())
                .toList()
                .toString();
    }

    void judgeTheEnd() {
        world.judgeEnds(refusalIsDue || refusalIsAllowed);
        if (refusalIsDue && !isRefused()) {
            world.broken("refuses when due", "the restored primary was followed");
        }
        if (profile.plot() == Plot.MASS_DELETION) {
            if (world.standby.unleased().size() < keptAtLeast) {
                world.broken(
                        "refuses when due", "only " + world.standby.unleased().size() + " keys are left");
            }
        } else if (!isRefused() && !profile.living()) {
            judge.difference(world.standby, world.primary.unleased())
                    .ifPresent(text -> world.broken("convergence", text));
        }
        judge.lostWritesAreSetAside(world.standby, lost);
    }
}
