package io.drkit.examples.cli;

import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows on stderr how long work comes along: a bar with rate and time left on a terminal, otherwise a plain line now and then. */
public final class Progress implements AutoCloseable {

    private static final Duration LINE_INTERVAL = Duration.ofSeconds(10);

    private final PrintWriter err;
    private final boolean terminal;
    private final String unit;
    private @Nullable ProgressBar bar;
    private String phase = "";
    private long lastLine = System.nanoTime();

    Progress(PrintWriter err, boolean terminal) {
        this(err, terminal, "keys");
    }

    /** @param unit what is counted */
    Progress(PrintWriter err, boolean terminal, String unit) {
        this.err = err;
        this.terminal = terminal;
        this.unit = unit;
    }

    /** Tells of something that has no parts to be counted. */
    public synchronized void step(String phase) {
        close();
        err.println(phase);
        err.flush();
        this.phase = phase;
    }

    /**
     * Tells the newest state. A new phase is shown at once.
     *
     * @param done how many of {@code total}
     * @param note what else there is to say; may be empty
     */
    public synchronized void update(String phase, long done, long total, String note) {
        if (terminal) {
            ProgressBar shown = bar == null || !phase.equals(this.phase) ? start(phase) : bar;
            shown.maxHint(Math.max(done, total));
            shown.stepTo(done);
            shown.setExtraMessage(note);
        } else if (!phase.equals(this.phase) || System.nanoTime() - lastLine > LINE_INTERVAL.toNanos()) {
            lastLine = System.nanoTime();
            err.println(phase + ": " + done + " of " + Math.max(done, total) + " " + unit
                    + (note.isEmpty() ? "" : ", " + note));
            err.flush();
        }
        this.phase = phase;
    }

    private ProgressBar start(String phase) {
        close();
        ProgressBar started = new ProgressBarBuilder()
                .setTaskName(phase)
                .setStyle(ProgressBarStyle.ASCII)
                .setUnit(" " + unit, 1)
                .showSpeed()
                .setUpdateIntervalMillis(200)
                .setConsumer(new ConsoleProgressBarConsumer(System.err))
                .build();
        bar = started;
        return started;
    }

    @Override
    public synchronized void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
