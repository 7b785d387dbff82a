package io.drkit.snapshot;

import io.drkit.Ticker;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves again and again, brings each snapshot to the other places, and drops what is not worth its space any more.
 *
 * <p>Nothing is dropped anywhere before the new snapshot is there. One that fails is tried again after {@link #AGAIN}, or the interval if that is shorter;
 * the one that is due is counted from the last that is kept, so that a restart neither skips one nor takes one more.
 *
 * <p>For one thread.
 */
public final class SnapshotRoutine {

    /** How long after a failure the next attempt is made. */
    public static final Duration AGAIN = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRoutine.class);

    private final SnapshotSaver saver;
    private final SnapshotFolder folder;
    private final List<SnapshotStore> others;
    private final Retention retention;
    private final Clock clock;

    /**
     * @param folder where each is saved
     * @param others where each is brought to, then
     * @param retention of each of the places
     */
    public SnapshotRoutine(
            SnapshotSaver saver, SnapshotFolder folder, List<SnapshotStore> others, Retention retention, Clock clock) {
        this.saver = saver;
        this.folder = folder;
        this.others = List.copyOf(others);
        this.retention = retention;
        this.clock = clock;
    }

    /**
     * What one round did.
     *
     * @param saved the new snapshot
     * @param dropped what was removed, by place and name
     * @param failures what could not be done at other places, for people; the snapshot is kept here all the same
     */
    public record Round(Snapshot saved, List<String> dropped, List<String> failures) {}

    /**
     * Saves one, brings it to the other places, and drops what is over.
     *
     * @throws IOException when the folder cannot take it; nothing was dropped then
     */
    public Round once(SnapshotSource.Progress progress) throws IOException {
        Snapshot saved = saver.save(folder, progress);
        List<String> dropped = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        prune(folder, dropped, failures);
        for (SnapshotStore other : others) {
            try {
                other.put(folder.file(saved), saved, progress);
                prune(other, dropped, failures);
            } catch (IOException | RuntimeException e) {
                failures.add(saved.name() + " was not brought to " + other.name() + ": " + e.getMessage());
            }
        }
        return new Round(saved, dropped, failures);
    }

    private void prune(SnapshotStore place, List<String> dropped, List<String> failures) {
        try {
            prune(place, retention, clock.instant()).forEach(each -> dropped.add(place.name() + ": " + each.name()));
        } catch (IOException | RuntimeException e) {
            failures.add("Nothing was dropped from " + place.name() + ": " + e.getMessage());
        }
    }

    /**
     * Drops what is not worth its space, oldest first.
     *
     * @return what was dropped
     */
    public static List<Snapshot> prune(SnapshotStore place, Retention retention, Instant now) throws IOException {
        List<Snapshot> dropped = new ArrayList<>();
        for (Snapshot each : retention.dropped(place.list(), now)) {
            place.delete(each);
            dropped.add(each);
        }
        return dropped;
    }

    /**
     * Saves one whenever {@code interval} has passed since the last one in the folder, until {@code stop} is counted down or the thread is interrupted.
     */
    public void run(Duration interval, CountDownLatch stop, Ticker ticker, Listener listener)
            throws InterruptedException {
        Duration wait = untilDue(interval);
        while (!ticker.await(stop, wait)) {
            try {
                listener.saved(once(SnapshotSource.Progress.NONE));
                wait = interval;
            } catch (IOException | RuntimeException e) {
                listener.failed(e);
                wait = interval.compareTo(AGAIN) < 0 ? interval : AGAIN;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Never longer than the interval, whatever a clock that jumped says. */
    private Duration untilDue(Duration interval) {
        try {
            Instant now = clock.instant();
            return folder.list().stream()
                    .flatMap(each -> each.sound().stream())
                    .map(each -> Duration.between(now, each.instant().plus(interval)))
                    .filter(left -> left.compareTo(interval) <= 0)
                    .reduce((first, last) -> last)
                    .filter(left -> !left.isNegative())
                    .orElse(Duration.ZERO);
        } catch (IOException e) {
            LOG.warn("Cannot tell when the last snapshot was taken, so one is taken now: {}", e.getMessage());
            return Duration.ZERO;
        }
    }

    /** Is told of each round, from the thread that makes them. */
    public interface Listener {

        void saved(Round round);

        /** A round that saved nothing. */
        void failed(Exception why);
    }
}
