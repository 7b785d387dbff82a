package io.drkit.runbook;

import io.drkit.UnsafeToProceedException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run on this machine and in a store that others can read, so that it goes on here or elsewhere. What the store has counts, for others may have gone
 * on with it; only if this machine was killed between its two writes, which are alike but for that, it has one more.
 *
 * <p>A store that was replaced, or restored to an earlier state, has none of a run that this machine still knows to be unfinished, or less of it. Then what
 * this machine has counts, so that the run is neither forgotten nor overwritten: no other is begun before it is gone on with, taken back or abandoned. To
 * go on with it is safe, for each step finds what was done already, as after a kill. What another machine did after it took the run over is not known
 * then; so a warning is logged, and who knows of such a machine abandons the run rather than take it back.
 */
public final class JournalPair implements Journal {

    private static final Logger LOG = LoggerFactory.getLogger(JournalPair.class);

    private final Journal here;
    private final Journal shared;

    /** Both are closed with it. */
    public JournalPair(Journal here, Journal shared) {
        this.here = here;
        this.shared = shared;
    }

    /**
     * As {@link Journal#read}. What is on this machine need not be readable where the store has a run.
     *
     * @throws UnsafeToProceedException also when both have a run that is not finished, and the store's is an earlier one
     */
    @Override
    public Optional<RunRecord> read() {
        Optional<RunRecord> there = shared.read();
        Optional<RunRecord> local = local(there);
        if (local.isEmpty()) {
            return there;
        }
        RunRecord known = local.get();
        if (there.filter(other -> other.id().equals(known.id())).isPresent()) {
            // Of one run the later version counts; of two that are alike in that, the one that others can see.
            return there.filter(other -> other.version() >= known.version()).or(() -> local);
        }
        boolean later =
                there.filter(other -> !other.began().isBefore(known.began())).isPresent();
        return known.ended() || later ? there : Optional.of(remembered(known, there));
    }

    private Optional<RunRecord> local(Optional<RunRecord> there) {
        try {
            return here.read();
        } catch (UnsafeToProceedException e) {
            if (there.isEmpty()) {
                throw e;
            }
            LOG.warn("{} What {} has counts.", e.getMessage(), shared);
            return Optional.empty();
        }
    }

    private RunRecord remembered(RunRecord local, Optional<RunRecord> there) {
        String known = here + " has a run of " + local.runbook() + " that is not finished, begun " + local.began()
                + " by " + local.by() + ", and " + shared + " "
                + there.map(other -> "has an earlier one of " + other.runbook()).orElse("has none")
                + ": it was replaced or restored since, or is another one.";
        if (there.isPresent() && !there.get().ended()) {
            throw new UnsafeToProceedException(
                    known + " That earlier one is not finished either. To go on with the later" + " one needs " + shared
                            + " as it was; to do without it, move " + here + " away.");
        }
        LOG.warn("{} What {} has counts. If another machine has gone on with that run since, abandon it.", known, here);
        return local;
    }

    @Override
    public void write(RunRecord record) {
        here.write(record);
        shared.write(record);
    }

    @Override
    public boolean isHeld() {
        return here.isHeld() && shared.isHeld();
    }

    @Override
    public void close() {
        try {
            shared.close();
        } finally {
            here.close();
        }
    }

    @Override
    public String toString() {
        return here + " and " + shared;
    }
}
