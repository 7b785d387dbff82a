package io.drkit.volsync;

import io.drkit.UnsafeToProceedException;
import io.drkit.volume.Claim;
import io.drkit.volume.VolumeRisk;
import org.jspecify.annotations.Nullable;

/** What must hold before anything of the source goes over to the destination. */
final class SourceGuards {

    private final Side source;
    private final Side destination;
    private final VolSyncOptions options;
    private final Claim claim;

    SourceGuards(Side source, Side destination, VolSyncOptions options, Claim claim) {
        this.source = source;
        this.destination = destination;
        this.options = options;
        this.claim = claim;
    }

    void requireNotMoved(SiteRecord here, SiteRecord there) {
        if (there.isActiveAgainst(here)) {
            throw new UnsafeToProceedException("The " + claim + " was moved to " + destination.name()
                    + ", and is active there; nothing was changed. To go back, fail back.");
        }
        requireNoTie(here, there);
    }

    void requireNoTie(SiteRecord here, SiteRecord there) {
        if (here.role().isActive() && there.role().isActive() && here.epoch() == there.epoch()) {
            throw new UnsafeToProceedException("Both " + source.name() + " and " + destination.name()
                    + " remember that the " + claim
                    + " is active there; nothing was changed. Find out which is right, and delete ConfigMap "
                    + Names.record(claim) + " at the other.");
        }
    }

    /** @param uid of the claim that is there now */
    void requireSameClaim(SiteRecord here, SiteRecord there, String uid) {
        boolean same = isUnknownOr(uid, here.claimUid()) && isUnknownOr(uid, there.sourceUid());
        if (!same && !options.accepts(VolumeRisk.REPLACED_SOURCE)) {
            throw new UnsafeToProceedException("The " + claim + " at " + source.name()
                    + " is not the one that was protected: it was deleted and made anew, and is rather empty, as the destination would become. "
                    + "If it is right, accept REPLACED_SOURCE.");
        }
    }

    private static boolean isUnknownOr(String uid, @Nullable String known) {
        return known == null || known.equals(uid);
    }
}
