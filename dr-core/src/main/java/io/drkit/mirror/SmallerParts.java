package io.drkit.mirror;

import io.drkit.keystore.Bytes;
import io.drkit.mirror.SkippedKeys.Reason;
import io.drkit.mirror.StandbyWriter.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Writes keys that others write at the same time: where a guard does not hold, in ever smaller parts, each looked at anew right before. So a key
 * that is written all the time holds up none but itself.
 */
final class SmallerParts {

    private static final int ATTEMPTS = 10;

    private final StandbyWriter writer;
    private final WriteOrder order;
    private final Differences differences;
    private final boolean leavesAlone;

    /** @param leavesAlone whether a key that others write all the time is left to them, rather than the run ended */
    SmallerParts(StandbyWriter writer, WriteOrder order, Differences differences, boolean leavesAlone) {
        this.writer = writer;
        this.order = order;
        this.differences = differences;
        this.leavesAlone = leavesAlone;
    }

    /**
     * Makes these keys level.
     *
     * @param plan what to do about some of them, in order, as the standby is now
     * @param next the checkpoint to write with it
     * @return what was written
     */
    List<Change> write(List<Bytes> keys, Function<List<Bytes>, List<Change>> plan, Supplier<Checkpoint> next) {
        List<Change> written = new ArrayList<>();
        write(keys, plan, next, written);
        return written;
    }

    private void write(
            List<Bytes> keys,
            Function<List<Bytes>, List<Change>> plan,
            Supplier<Checkpoint> next,
            List<Change> written) {
        for (int i = 0; i < ATTEMPTS; i++) {
            List<Change> changes = plan.apply(keys);
            if (changes.isEmpty()) {
                return;
            }
            if (writeOnce(changes, next.get())) {
                written.addAll(changes);
                return;
            }
            List<Bytes> open = inOrder(changes, keys);
            if (keys.size() > 1 && !open.isEmpty()) {
                int half = (open.size() + 1) / 2;
                write(open.subList(0, half), plan, next, written);
                write(open.subList(half, open.size()), plan, next, written);
                return;
            }
        }
        giveUp(keys.get(0), next);
    }

    /** Writes all of these, or tells that a guard did not hold. What was not written, or only in part, was pulled ahead in doubt only. */
    boolean writeOnce(List<Change> changes, Checkpoint next) {
        boolean done = writer.write(changes, next) == Outcome.DONE;
        changes.stream()
                .map(Change::key)
                .filter(key -> !done || writer.isSkipped(key))
                .forEach(order::doubt);
        return done;
    }

    /** The keys about which something is to be done, in the order in which it is. */
    private static List<Bytes> inOrder(List<Change> changes, List<Bytes> keys) {
        Set<Bytes> asked = Set.copyOf(keys);
        Set<Bytes> open = new LinkedHashSet<>();
        changes.stream().map(Change::key).filter(asked::contains).forEach(open::add);
        return List.copyOf(open);
    }

    private void giveUp(Bytes key, Supplier<Checkpoint> next) {
        if (!leavesAlone) {
            throw new RestartException("others keep writing the keys to be mirrored");
        }
        Optional<Change> note = differences.skip(key, Reason.CONTENDED, "it is written there all the time");
        if (note.isPresent()) {
            writer.write(List.of(note.get()), next.get());
        }
    }
}
