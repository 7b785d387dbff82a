package io.drkit.examples.cli;

import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Shows how a running mirror stands, until closed. */
public final class MirrorProgress implements AutoCloseable {

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "drkit-progress");
        thread.setDaemon(true);
        return thread;
    });
    private final MirrorSession session;
    private final Progress progress;

    public MirrorProgress(MirrorSession session, Progress progress) {
        this.session = session;
        this.progress = progress;
        timer.scheduleWithFixedDelay(this::show, 200, 200, TimeUnit.MILLISECONDS);
    }

    private void show() {
        MirrorStatus status = session.status();
        boolean copying = status.state() == MirrorStatus.State.COPYING;
        String note = "revision " + status.appliedRevision()
                + status.lag()
                        .map(lag -> String.format(", at most %.1f s behind", lag.toMillis() / 1e3))
                        .orElse("");
        progress.update(
                Output.lower(status.state()), copying ? status.copied() : status.keys(), status.keys(), note);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        progress.close();
    }
}
