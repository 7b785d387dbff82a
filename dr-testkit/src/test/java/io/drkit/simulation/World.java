package io.drkit.simulation;

import io.drkit.DrException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.Level;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorStatus;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.mirror.SimulatedMirror;
import io.drkit.simulation.Profile.Plot;
import io.drkit.simulation.Scheduler.Actor;
import io.drkit.simulation.Scheduler.Killed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One history: first chance rules, then everything heals, and at last what was promised must have come true. */
final class World {

    /** {@code -Ddrkit.trace=true} tells of everything that is written as well. */
    private static final boolean TRACED = Boolean.getBoolean("drkit.trace");

    private static final Duration HEALED_WITHIN = Duration.ofMinutes(10);
    private static final int HEALED_WITHIN_POINTS = 50_000;

    /** A mirror as the world sees it. */
    record Running(Actor actor, SimulatedMirror mirror, Link from, Link to) {}

    final Profile profile;
    final Dice dice;
    final Scheduler scheduler;
    final List<Link.Message> inFlight = new ArrayList<>();
    final List<Link.Message> late = new ArrayList<>();
    final List<Running> mirrors = new ArrayList<>();
    Side primary;
    Side standby;

    private final Set<Long> leftOut;
    private final List<String> story = new ArrayList<>();
    private final List<Long> eventPoints = new ArrayList<>();
    private final Judge judge;
    private final Happenings happenings;
    private boolean chance = true;
    private int mirrorCount;
    private @Nullable Broken broken;

    World(long seed, Set<Long> leftOut) {
        this.leftOut = leftOut;
        this.dice = new Dice(seed);
        this.profile = Profile.draw(dice);
        this.scheduler = new Scheduler(dice, this::act);
        this.primary = new Side("east", profile.scope(), scheduler.steadyClock());
        this.standby = new Side("west", profile.scope(), scheduler.steadyClock());
        this.judge = new Judge(side -> side == primary ? standby : primary, profile, scheduler::nanoTime, this::broken);
        for (Side side : List.of(primary, standby)) {
            side.store.watchBatch(profile.watchBatch());
            if (profile.requestLimit()) {
                side.store.requestLimit(Profile.REQUEST_LIMIT);
            }
            if (profile.untrustedProgress()) {
                side.store.untrustedProgress();
            }
            side.watch(this::written, scheduler::nanoTime);
        }
        this.happenings = new Happenings(this, judge);
    }

    private void written(Side side, long revision, List<Operation> operations) {
        if (TRACED) {
            story.add("#" + scheduler.currentPoint() + "   " + side.name + "@" + revision + " " + side.author + " "
                    + operations.stream().map(Side::show).toList());
        }
        judge.judge(side, revision, operations);
    }

    /** Lets it happen; returns the first promise that was broken. */
    @Nullable Broken run() {
        happenings.begin();
        try {
            while (scheduler.currentPoint() < profile.points() && broken == null) {
                scheduler.sleep(Duration.ofMillis(200));
                happenings.plot();
            }
            chance = false;
            happenings.heal();
            awaitTheEnd();
            mirrors.forEach(running -> running.mirror().stop());
            awaitAllGone();
            if (broken == null) {
                happenings.judgeTheEnd();
            }
        } finally {
            chance = false;
            scheduler.endAll();
        }
        return broken;
    }

    private void awaitTheEnd() {
        long began = scheduler.nanoTime();
        long beganAt = scheduler.currentPoint();
        while (broken == null && !happenings.isOver()) {
            scheduler.sleep(Duration.ofMillis(200));
            boolean tooLong = scheduler.nanoTime() - began > HEALED_WITHIN.toNanos()
                    || scheduler.currentPoint() - beganAt > HEALED_WITHIN_POINTS;
            if (tooLong) {
                broken("convergence", "the mirror is not through long after all was well: " + happenings.status());
            }
        }
    }

    private void awaitAllGone() {
        for (int i = 0;
                broken == null
                        && mirrors.stream().anyMatch(running -> !running.actor().isGone());
                i++) {
            scheduler.sleep(Duration.ofMillis(200));
            if (i > 10_000) {
                broken("faults never end it", "a mirror that was stopped does not end");
            }
        }
    }

    /** Called at every point, by whoever is there. */
    private void act() {
        if (broken != null) {
            mirrors.forEach(running -> running.actor().kill());
            return;
        }
        if (!inFlight.isEmpty() && dice.chance(300)) {
            deliverOne();
        }
        if (chance && !isLeftOut() && !late.isEmpty() && dice.chance(8)) {
            late.remove(dice.below(late.size())).doneLate();
        }
        mirrors.stream()
                .filter(running ->
                        running.from().reaches(primary) && !running.actor().isKilled())
                .forEach(running -> judge.measured(running.mirror().status(), primary, scheduler.nanoTime()));
        happenings.controllersAct(chance && !isLeftOut());
        if (chance && !isLeftOut() && dice.chance(profile.events())) {
            happenings.happen();
        }
    }

    private boolean isLeftOut() {
        return leftOut.contains(scheduler.currentPoint());
    }

    void deliverOne() {
        if (!inFlight.isEmpty()) {
            inFlight.remove(dice.below(inFlight.size())).deliver();
        }
    }

    /** Whether a message comes to harm here. */
    boolean fault(int weight, Supplier<String> what) {
        if (!chance || isLeftOut() || dice.below(100_000) >= weight * profile.faults() / 10) {
            return false;
        }
        tell(what.get());
        return true;
    }

    void tell(String what) {
        story.add("#" + scheduler.currentPoint() + " " + what);
        eventPoints.add(scheduler.currentPoint());
    }

    void broken(String promise, String detail) {
        if (broken == null) {
            broken = new Broken(promise, detail);
            story.add("#" + scheduler.currentPoint() + " BROKEN: " + promise + ": " + detail);
        }
    }

    List<String> story() {
        return story;
    }

    List<Long> eventPoints() {
        return eventPoints;
    }

    List<Running> living() {
        return mirrors.stream()
                .filter(running -> !running.actor().isGone() && !running.actor().isKilled())
                .toList();
    }

    void startMirror() {
        String name = "mirror " + ++mirrorCount;
        Link from = new Link(this, name, primary);
        Link to = new Link(this, name, standby);
        SimulatedMirror mirror =
                new SimulatedMirror(from, to, profile.scope(), profile.options(scheduler.clock(), scheduler));
        Actor actor = scheduler.spawn(name, () -> {
            try {
                mirror.run();
            } catch (Killed e) {
                // that was to be
            } catch (Throwable e) {
                broken("faults never end it", name + " died: " + e);
            }
        });
        mirrors.add(new Running(actor, mirror, from, to));
        tell(name + " starts, from " + primary.name + " to " + standby.name);
    }

    void crash(Running running) {
        running.actor().kill();
        running.to().abandonLeases();
        inFlight.removeIf(message -> {
            boolean its = message.isOf(running.to());
            if (its && dice.chance(500)) {
                late.add(message);
            }
            return its;
        });
    }

    /** A session must not end but by being stopped or killed, or by a refusal that is due. */
    void judgeEnds(boolean refusalIsDue) {
        for (Running running : mirrors) {
            MirrorStatus status = running.mirror().status();
            if (running.actor().isKilled()) {
                continue;
            }
            if (status.state() == State.FAILED || (status.state() == State.REFUSED && !refusalIsDue)) {
                broken(
                        status.state() == State.FAILED ? "faults never end it" : "refuses only when due",
                        running.actor().name + " ended: " + status.lastError());
            }
        }
    }

    void startCheck() {
        Side left = primary;
        Side right = standby;
        int compactions = left.compactions + right.compactions;
        KeyValue lock = right.get(DrKitKeys.LOCK);
        CheckerOptions options = CheckerOptions.builder()
                .pageSize(profile.pageSize())
                .settle(Duration.ofSeconds(2))
                .clock(scheduler.clock())
                .ticker(scheduler)
                .build();
        Link from = new Link(this, "checker", left);
        Link to = new Link(this, "checker", right);
        scheduler.spawn("checker", () -> {
            try {
                ConsistencyReport report =
                        new DefaultConsistencyChecker(from, to, options).check(profile.scope(), Level.VALUES);
                if (compactions == left.compactions + right.compactions && profile.plot() == Plot.MIRROR) {
                    judgeReport(report, left, right, lock != null && lock.equals(right.get(DrKitKeys.LOCK)));
                }
            } catch (DrException | Killed e) {
                // it could not be told
            }
        });
        tell("a check begins");
    }

    /** @param mirrored whether one run of a mirror lasted all the time */
    private void judgeReport(ConsistencyReport report, Side left, Side right, boolean mirrored) {
        if (report instanceof ConsistencyReport.Inconclusive) {
            return;
        }
        long sourceRevision = report.comparison().sourceRevision();
        long standbyRevision = report.comparison().standbyRevision();
        boolean equal = left.at(sourceRevision).equals(right.at(standbyRevision));
        tell("the check says " + report.getClass().getSimpleName());
        Map<Bytes, Bytes> found = right.at(standbyRevision);
        if (mirrored
                && report instanceof ConsistencyReport.Diverged
                && right.skipped().isEmpty()
                && left.history.containsValue(found)) {
            broken("the checker is right", "it says Diverged, and the mirror was only behind: " + Side.show(found));
        }
        if (equal != report.isConsistent()) {
            broken(
                    "the checker is right",
                    "it says " + report.getClass().getSimpleName() + " of " + sourceRevision + " "
                            + Side.show(left.at(sourceRevision)) + " and " + standbyRevision + " "
                            + Side.show(right.at(standbyRevision)));
        }
    }
}
