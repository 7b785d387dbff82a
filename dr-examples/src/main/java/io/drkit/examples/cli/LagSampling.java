package io.drkit.examples.cli;

import io.drkit.DrException;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.Checkpoint;
import io.drkit.mirror.MirrorRecord;
import io.drkit.runbook.RunbookReport.LagSample;
import io.drkit.site.Role;
import io.drkit.site.Site;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** How far a standby is behind over the time of a run, once a second until it is promoted, by its own records. A look that fails is left out. */
final class LagSampling implements AutoCloseable {

    private static final int MOST = 3_600;

    private final KeyStore standby;
    private final String mirror;
    private final List<LagSample> samples = new ArrayList<>();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "lag");
        thread.setDaemon(true);
        return thread;
    });

    private LagSampling(KeyStore standby, String mirror) {
        this.standby = standby;
        this.mirror = mirror;
    }

    /** @param standby stays the caller's */
    static LagSampling of(KeyStore standby, String mirror) {
        LagSampling sampling = new LagSampling(standby, mirror);
        var unused = sampling.looking.scheduleWithFixedDelay(sampling::look, 0, 1, TimeUnit.SECONDS);
        return sampling;
    }

    private void look() {
        try {
            if (Site.at(standby)
                    .role()
                    .filter(role -> role.role() == Role.STANDBY)
                    .isPresent()) {
                MirrorRecord.read(standby, mirror)
                        .map(MirrorRecord::checkpoint)
                        .flatMap(Checkpoint::knownAsOf)
                        .ifPresent(this::add);
            }
        } catch (DrException e) {
            // The report shows a gap.
        }
    }

    private synchronized void add(Instant asOf) {
        Instant now = Instant.now();
        if (samples.size() < MOST && !asOf.isAfter(now)) {
            samples.add(new LagSample(now, Duration.between(asOf, now)));
        }
    }

    synchronized List<LagSample> samples() {
        return List.copyOf(samples);
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
