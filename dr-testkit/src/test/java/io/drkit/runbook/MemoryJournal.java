package io.drkit.runbook;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A journal that outlives the processes of a test, as text; a process can be ended before and after each write. */
final class MemoryJournal implements Journal {

    private final World world;
    private final List<RunRecord> written = new ArrayList<>();
    private volatile boolean held = true;
    private @Nullable String text;
    private @Nullable RuntimeException fault;

    MemoryJournal(World world) {
        this.world = world;
    }

    void fail(@Nullable RuntimeException fault) {
        this.fault = fault;
    }

    void lose() {
        held = false;
    }

    void take() {
        held = true;
    }

    List<RunRecord> written() {
        return List.copyOf(written);
    }

    @Override
    public Optional<RunRecord> read() {
        return Optional.ofNullable(text).map(json -> RunRecord.parse(json, "the test's journal"));
    }

    @Override
    public void write(RunRecord record) {
        if (fault != null) {
            throw fault;
        }
        world.moment("journal");
        text = record.toJson();
        written.add(record);
        world.moment("journalled");
    }

    @Override
    public boolean isHeld() {
        return held;
    }

    @Override
    public void close() {
        held = false;
    }
}
