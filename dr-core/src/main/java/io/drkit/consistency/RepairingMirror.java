package io.drkit.consistency;

import io.drkit.SiteUnreachableException;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorRecord;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus;
import io.drkit.mirror.MirrorStatus.State;
import java.time.Duration;

/** A mirror that goes through all keys once and ends: under the name of the mirror that runs there otherwise, whose records it keeps true. */
final class RepairingMirror {

    private static final Duration POLL = Duration.ofMillis(500);
    /** A mirror tries for ever to reach a site; a repair gives up. */
    private static final int MOST_POLLS_OUT_OF_REACH = 20;

    private final KeyStore primary;
    private final KeyStore standby;
    private final CheckerOptions options;

    RepairingMirror(KeyStore primary, KeyStore standby, CheckerOptions options) {
        this.primary = primary;
        this.standby = standby;
        this.options = options;
    }

    /**
     * Returns how many keys were put or deleted for it.
     *
     * @throws SiteUnreachableException when a site is out of reach for long; what was done is done
     */
    long bringLevel(MirrorScope scope) {
        MirrorOptions mirror = MirrorOptions.builder()
                .name(MirrorRecord.overlapping(standby, scope.range()).stream()
                        .findFirst()
                        .map(MirrorRecord::name)
                        .orElse("default"))
                .reconcile(true)
                .pageSize(options.pageSize())
                .clock(options.clock())
                .ticker(options.ticker())
                .build();
        try (MirrorSession session = new DefaultKeyMirror(primary, standby, mirror).start(scope)) {
            int outOfReach = 0;
            while (!session.awaitCaughtUp(POLL)) {
                MirrorStatus status = session.status();
                outOfReach = status.state() == State.RECONNECTING ? outOfReach + 1 : 0;
                if (outOfReach > MOST_POLLS_OUT_OF_REACH) {
                    throw new SiteUnreachableException("The repair of " + standby.name() + " is not complete: "
                            + status.lastError()
                                    .map(MirrorStatus.Failure::message)
                                    .orElse("a site is out of reach")
                            + " Run it again: it goes on from what is done.");
                }
            }
            return session.status().appliedKeys();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException(
                    "Interrupted while repairing " + standby.name() + "; run it again: it goes on from what is done.",
                    e);
        }
    }
}
