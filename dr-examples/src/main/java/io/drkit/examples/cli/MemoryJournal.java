package io.drkit.examples.cli;

import io.drkit.runbook.Journal;
import io.drkit.runbook.RunRecord;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The journal of a run that only looks: nobody goes on with it, and it keeps nobody from running anything. */
final class MemoryJournal implements Journal {

    private @Nullable RunRecord last;

    @Override
    public synchronized Optional<RunRecord> read() {
        return Optional.ofNullable(last);
    }

    @Override
    public synchronized void write(RunRecord record) {
        last = record;
    }

    @Override
    public boolean isHeld() {
        return true;
    }

    @Override
    public void close() {
        // Nothing was opened.
    }
}
