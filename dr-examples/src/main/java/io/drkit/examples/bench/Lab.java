package io.drkit.examples.bench;

import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the cases have in common: how much to measure, and a loaded primary that is kept from case to case while the next wants the same. */
final class Lab implements AutoCloseable {

    private static final int QUICK_KEYS = 10_000;

    private final boolean quick;
    private final PrintWriter progress;
    private @Nullable Dataset loaded;
    private @Nullable Site primary;

    /** @param progress where to say what is being measured */
    Lab(boolean quick, PrintWriter progress) {
        this.quick = quick;
        this.progress = progress;
    }

    boolean quick() {
        return quick;
    }

    int keys(int wanted) {
        return quick ? QUICK_KEYS : wanted;
    }

    int rounds(int wanted) {
        return quick ? 1 : wanted;
    }

    Duration span(Duration wanted) {
        return quick ? wanted.dividedBy(10) : wanted;
    }

    /** Whether to run what is measured once before, so that the JVM is warm. */
    boolean warmsUp() {
        return !quick;
    }

    void say(String what) {
        progress.println("bench: " + what);
        progress.flush();
    }

    /** A primary that holds this; closed by the lab, and only to be read. */
    Site primary(Dataset dataset) throws InterruptedException {
        Site current = primary;
        if (current != null && dataset.equals(loaded)) {
            return current;
        }
        close();
        say("loading a primary with " + dataset);
        Site next = Site.start();
        primary = next;
        dataset.load(next.store());
        loaded = dataset;
        return next;
    }

    @Override
    public void close() {
        if (primary != null) {
            primary.close();
        }
        primary = null;
        loaded = null;
    }
}
