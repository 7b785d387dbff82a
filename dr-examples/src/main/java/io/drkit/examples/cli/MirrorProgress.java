package io.drkit.examples.cli;

import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus;

/** Shows how a running mirror stands, until closed. */
public final class MirrorProgress implements AutoCloseable {

    private static final long INTERVAL_MILLIS = 200;

    private final MirrorSession session;
    private final Progress progress;
    private final Thread thread = new Thread(this::watch, "drkit-progress");

    public MirrorProgress(MirrorSession session, Progress progress) {
        this.session = session;
        this.progress = progress;
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(INTERVAL_MILLIS);
                show();
            }
        } catch (InterruptedException e) {
            progress.close();
        }
    }

    private void show() {
        MirrorStatus status = session.status();
        boolean copying = status.state() == MirrorStatus.State.COPYING;
        String note = String.format("revision %d, %.0f keys/s", status.appliedRevision(), status.keysPerSecond())
                + status.lag()
                        .map(lag -> String.format(", at most %.1f s behind", lag.toMillis() / 1e3))
                        .orElse("");
        progress.update(Output.lower(status.state()), copying ? status.copied() : status.keys(), status.keys(), note);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
