package io.drkit.runbook;

import java.util.Optional;

/**
 * A run on this machine and in a store that others can read, so that it goes on here or elsewhere. What the store has counts, for others may have gone
 * on with it; only if this machine was killed between its two writes, which are alike but for that, it has one more.
 */
public final class JournalPair implements Journal {

    private final Journal here;
    private final Journal shared;

    /** Both are closed with it. */
    public JournalPair(Journal here, Journal shared) {
        this.here = here;
        this.shared = shared;
    }

    @Override
    public Optional<RunRecord> read() {
        Optional<RunRecord> there = shared.read();
        Optional<RunRecord> local = here.read();
        if (local.isPresent() && isNextOf(there, local.get())) {
            return local;
        }
        return there;
    }

    private static boolean isNextOf(Optional<RunRecord> there, RunRecord local) {
        return there.filter(known -> known.id().equals(local.id())
                        && known.session().equals(local.session())
                        && known.version() + 1 == local.version())
                .isPresent();
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
