package io.drkit.mirror;

import io.drkit.Ticker;
import io.drkit.consistency.Proof;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchSignal;
import io.drkit.mirror.Corrections.Review;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.site.SiteFullException;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at mirroring: from getting to know both sites to the first fault, after which the session begins another one. It runs in one
 * thread, which alternates between copying a page, while a copy is due, and applying what the watch delivers.
 */
final class MirrorRun {

    private static final Logger log = LoggerFactory.getLogger(MirrorRun.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LOCK_POLL = Duration.ofMillis(500);
    /** How many signals are taken in between two pages, at most. */
    private static final int BURST = 64;

    private final KeyStore source;
    private final KeyStore standby;
    private final MirrorScope scope;
    private final MirrorOptions options;
    private final SessionState session;
    private final Progress progress;

    private final Ticker ticker;
    private final Pulse sampling;
    private final Pulse measuring;
    private final Pulse checkpointing;
    private final Pulse sweeping;
    private final StandbyCompaction compaction;
    private final QuietProof quiet;

    MirrorRun(KeyStore source, KeyStore standby, MirrorScope scope, SessionState session) {
        this.source = source;
        this.standby = standby;
        this.scope = scope;
        this.session = session;
        this.options = session.options();
        this.progress = session.progress();
        this.ticker = options.ticker();
        this.sampling = new Pulse(ticker, Duration.ofSeconds(1));
        this.measuring = new Pulse(ticker, Duration.ofSeconds(10));
        this.sweeping = new Pulse(ticker, Duration.ofMinutes(1));
        this.checkpointing = new Pulse(ticker, options.checkpointInterval());
        this.compaction = session.compaction();
        this.quiet = new QuietProof(source, scope.range(), ticker);
    }

    /** Mirrors until the session stops; throws what went wrong. */
    void run() throws InterruptedException {
        admit();
        if (!awaitLock()) {
            return;
        }
        Opening opening = Opening.decide(source, standby, scope, options, session.accepted(), admit());
        SkippedKeys skipped = SkippedKeys.load(standby, options);
        progress.skipped(skipped);
        MirrorRecord record = opening.record();
        StandbyWriter writer = new StandbyWriter(
                standby, options, record, session.lock().revision(), opening.roleModRevision(), skipped, progress);
        Strangers strangers = new Strangers(standby, record.foreign(), options);
        progress.strangers(strangers.surplus());
        sample(0);
        session.shrink()
                .attemptBegins(
                        strangers,
                        skipped,
                        progress.sourceRevision(),
                        record.checkpoint().shrinkBase());
        boolean resumable = opening.resume() && !session.reconciles();
        while (!session.isStopping()) {
            Watch watch = resumable ? resume(writer) : beginCopy(writer, strangers);
            // What a person accepted is how things were when the session began, not what becomes of them later.
            session.accepted().clear();
            session.reconciling();
            if (mirror(writer, skipped, strangers, watch)) {
                return;
            }
            resumable = false;
        }
    }

    private Admission.Pair admit() {
        requireSpace();
        return new Admission(source, standby, scope, options).admit();
    }

    private boolean awaitLock() throws InterruptedException {
        while (!session.isStopping()) {
            requireSpace();
            if (session.lock().tryHold()) {
                return true;
            }
            progress.state(State.WAITING_FOR_LOCK);
            session.pause(LOCK_POLL);
        }
        return false;
    }

    private void requireSpace() {
        if (standby.status().outOfSpace()) {
            throw new SiteFullException(
                    "The standby " + standby.name() + " takes no writes, its space quota is used up: compact,"
                            + " defragment and disarm its alarm; mirroring goes on by itself.");
        }
    }

    private Watch resume(StandbyWriter writer) {
        Checkpoint reached = writer.checkpoint();
        return open(writer, reached.revision(), reached.isComplete(), () -> {
            if (!reached.isComplete()) {
                // What the window told that was open when the last run died is kept before another window writes over
                // it.
                writer.write(List.of(), reached);
            }
        });
    }

    /** Moves the checkpoint to the primary's newest revision, with everything to be copied. */
    private Watch beginCopy(StandbyWriter writer, Strangers strangers) {
        strangers.recount();
        long floor = standby.revision();
        Page now = source.range(RangeRequest.of(scope.range(), 0, 1).onlyKeys());
        // Not before: what is deleted between the judgement and the revision from which the watch tells would be judged
        // by nobody.
        session.shrink().beforeCopy(writer.checkpoint());
        Watch watch = open(
                writer,
                now.revision(),
                false,
                () -> writer.write(List.of(), writer.checkpoint().copyingFrom(now.revision(), now.count(), floor)));
        progress.copyStarted();
        log.info("Copying scope {} from {} to {}", scope.name(), source.name(), standby.name());
        return watch;
    }

    /**
     * Watches what comes after {@code revision}; only then judges whether the primary has the history that was followed, for one that is restored
     * later breaks the watch; and only then tells of it or writes anything, for history may be so short that the watch comes too late a moment after.
     */
    private Watch open(StandbyWriter writer, long revision, boolean complete, Runnable firstWrite) {
        Watch watch = source.watch(scope.range(), revision + 1);
        try {
            History.contradicts(source, writer.checkpoint()).ifPresent(text -> {
                throw History.refusal(source, text);
            });
            progress.resumed(writer.checkpoint(), complete);
            firstWrite.run();
            return watch;
        } catch (RuntimeException e) {
            watch.close();
            throw e;
        }
    }

    /** Mirrors from the writer's checkpoint until the session stops, or returns false when that is compacted away. */
    private boolean mirror(StandbyWriter writer, SkippedKeys skipped, Strangers strangers, Watch watch)
            throws InterruptedException {
        try (watch) {
            follow(writer, skipped, strangers, watch);
            return true;
        } catch (CompactedException e) {
            log.info(
                    "Changes since revision {} were compacted away: {}",
                    writer.checkpoint().revision(),
                    e.getMessage());
            return false;
        }
    }

    private void follow(StandbyWriter writer, SkippedKeys skipped, Strangers strangers, Watch watch)
            throws InterruptedException {
        StandbyAddresses addresses = new StandbyAddresses(standby, scope, strangers);
        Predicate<Bytes> neverGiven = neverGiven(writer);
        SettingAside aside = settingAside(writer, strangers, neverGiven);
        Differences differences = new Differences(scope, writer, skipped, strangers, aside, addresses, neverGiven);
        WriteOrder order = scope.standbyIsAlive()
                ? new FamilyOrder(new Families(source, scope, options.pageSize()), differences, strangers)
                : WriteOrder.AS_IT_COMES;
        SmallerParts parts = new SmallerParts(writer, order, differences, scope.standbyIsAlive());
        Corrections corrections = new Corrections(source, writer, strangers, differences, aside, order, parts);
        Copy copy = new Copy(
                source, standby, scope, options, writer, skipped, strangers, differences, corrections, order, progress);
        Tail tail = new Tail(
                scope,
                options,
                writer,
                strangers,
                aside,
                differences,
                order,
                parts,
                scope.standbyIsAlive()
                        ? new Budget(session.contention(), differences, skipped, change -> change.setsAside() > 0)
                        : Review.NONE,
                session.shrink(),
                progress,
                copy::covers);
        Vigil vigil = new Vigil(watch, source.name(), options);
        try (Keeper keeper = scope.standbyIsAlive()
                ? new Keeper(
                        standby,
                        scope,
                        session,
                        writer,
                        skipped,
                        corrections,
                        new Budget(session.contention(), differences, skipped, Change::writesKey),
                        addresses)
                : null) {
            while (!session.isStopping()) {
                progress.state(copy.isComplete() ? State.STREAMING : State.COPYING);
                boolean copying = !copy.isComplete() && tail.isWhole() && !copy.waitsFor(tail);
                if (copying) {
                    copyPage(copy, tail, watch, vigil);
                }
                takeIn(watch, vigil, tail, copying && !copy.isComplete() ? Duration.ZERO : POLL);
                keep(keeper, tail, copy);
                tail.flush();
                keepHouse(writer, strangers, copy, tail, vigil);
            }
        }
        saveLastCheckpoint(writer, tail);
    }

    private Predicate<Bytes> neverGiven(StandbyWriter writer) {
        return writer.checkpoint().fromOldPrimary() ? Heritage.neverGiven(source, options) : key -> false;
    }

    private SettingAside settingAside(StandbyWriter writer, Strangers strangers, Predicate<Bytes> neverGiven) {
        return new SettingAside(
                strangers,
                key -> writer.keepsForeign(key) || (writer.checkpoint().fromOldPrimary() && neverGiven.test(key)),
                session.quarantineName(),
                () -> writer.checkpoint().isComplete() ? 0 : writer.checkpoint().copyFloor(),
                new WorthlessValues(source, scope, session.contention(), writer::checkpoint),
                () -> scope.standbyIsAlive()
                        && (writer.checkpoint().fromOldPrimary()
                                || !writer.checkpoint().isComplete()));
    }

    /** What others wrote on the standby is looked into before more of the primary's is written over it. */
    private static void keep(@Nullable Keeper keeper, Tail tail, Copy copy) throws InterruptedException {
        if (keeper != null) {
            keeper.takeIn();
            if (tail.isLevel()) {
                keeper.act(tail.position(), copy::covers);
            }
        }
    }

    private void copyPage(Copy copy, Tail tail, Watch watch, Vigil vigil) throws InterruptedException {
        if (tail.isPending()) {
            return;
        }
        try {
            copy.step(tail);
            session.shrink().standbyGrew();
            if (copy.isComplete()) {
                session.shrink().afterCopy();
            }
        } catch (CompactedException e) {
            // Nothing in scope changed for a while, and the revision last heard of was compacted: move on to a newer
            // one.
            long stuckAt = tail.position();
            long giveUp = ticker.nanoTime() + options.silence().toNanos();
            while (tail.position() == stuckAt && !session.isStopping()) {
                if (ticker.nanoTime() - giveUp > 0) {
                    throw e;
                }
                session.want(stuckAt + 1);
                askForProgress(tail, vigil);
                takeIn(watch, vigil, tail, POLL);
                tail.flush();
            }
        }
    }

    /** Gives the tail what the watch holds ready, waiting for the first signal only. */
    private void takeIn(Watch watch, Vigil vigil, Tail tail, Duration timeout) throws InterruptedException {
        WatchSignal signal = watch.next(timeout);
        for (int i = 0; !(signal instanceof WatchSignal.Idle); i++) {
            vigil.heard();
            if (signal instanceof WatchSignal.Events events) {
                tail.accept(events);
            } else if (!tail.isPending()) {
                hearOfNothing(signal, tail);
            }
            if (i == BURST) {
                return;
            }
            signal = watch.next(Duration.ZERO);
        }
    }

    private void hearOfNothing(WatchSignal signal, Tail tail) {
        if (signal instanceof WatchSignal.Progress reached) {
            tail.advance(reached.revision());
        } else if (quiet.isDue() && isBehind(tail)) {
            quiet.prove(tail.position(), tail.keys()).ifPresent(tail::advance);
        }
    }

    private boolean isBehind(Tail tail) {
        return tail.position() < Math.max(session.wanted(), progress.sourceRevision());
    }

    private void keepHouse(StandbyWriter writer, Strangers strangers, Copy copy, Tail tail, Vigil vigil) {
        if (!session.lock().isHeld()) {
            throw new RestartException("the lock on the standby was lost");
        }
        if (sampling.isDue()) {
            sample(tail.position());
        }
        askForProgress(tail, vigil);
        boolean sweeps = copy.isComplete() && !scope.standbyIsAlive();
        if (sweeps && !strangers.isSwept() && (strangers.isOverdue() || sweeping.isDue())) {
            strangers.sweep(scope, writer);
            progress.strangers(strangers.surplus());
        }
        if (checkpointing.isDue()) {
            saveCheckpoint(writer, tail);
        }
        compaction.tick();
    }

    private void askForProgress(Tail tail, Vigil vigil) {
        vigil.ask(!tail.isPending() && isBehind(tail));
    }

    /** Records how far an idle mirror has come, so that a later start need not look at what is known already. */
    private static void saveCheckpoint(StandbyWriter writer, Tail tail) {
        if (!tail.isPending()
                && tail.checkpoint().revision() > writer.checkpoint().revision()) {
            writer.write(List.of(), tail.checkpoint());
        }
    }

    /** A session that ends well leaves no deletions to be counted on. */
    private static void saveLastCheckpoint(StandbyWriter writer, Tail tail) {
        Checkpoint before = writer.checkpoint();
        if (!tail.isPending() && (tail.checkpoint().revision() > before.revision() || before.shrinkBase() != 0)) {
            writer.write(List.of(), tail.checkpoint().shrinkBase(0));
        }
    }

    private void sample(long position) {
        long asked = ticker.nanoTime();
        long revision = source.revision();
        if (revision < position) {
            throw new RestartException("the primary's revision went back from " + position + " to " + revision);
        }
        progress.sourceSeen(revision, asked);
        if (measuring.isDue()) {
            progress.logSeen(source.status().logIndex());
            Proof.last(standby)
                    .filter(proof -> proof.scope().equals(scope.name()))
                    .ifPresent(progress::proved);
        }
    }
}
