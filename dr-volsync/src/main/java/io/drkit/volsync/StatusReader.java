package io.drkit.volsync;

import io.drkit.SiteUnreachableException;
import io.drkit.volsync.resource.ReplicationDestination;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volsync.resource.VolSync;
import io.drkit.volume.Claim;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.ReplicationPhase;
import io.drkit.volume.ReplicationStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Says how it stands with a claim, of what both sites say, or the one that answers. */
final class StatusReader {

    private final Side source;
    private final Side destination;
    private final VolSyncOptions options;
    private final Claim claim;
    private final List<String> notes = new ArrayList<>();
    private boolean silent;
    private boolean sourceSilent;
    private boolean destinationSilent;

    StatusReader(Side source, Side destination, VolSyncOptions options, Claim claim) {
        this.source = source;
        this.destination = destination;
        this.options = options;
        this.claim = claim;
    }

    ReplicationStatus read() {
        SiteRecord here = known(() -> new Records(source).read(claim));
        ReplicationSource sender = silent ? null : ifItAnswers(new Sender(source, claim, Names.sender(claim))::find);
        sourceSilent = silent;
        int before = notes.size();
        SiteRecord there = known(() -> new Records(destination).read(claim));
        ReplicationDestination receiver = ifItAnswers(new Receiver(destination, claim, Names.receiver(claim))::find);
        destinationSilent = notes.size() > before;
        ReplicationSource.Status status = sender == null ? null : sender.getStatus();
        ReplicationPhase phase = phase(here, there, sender, receiver);
        noteShrunken(there);
        return new ReplicationStatus(
                claim,
                phase,
                status == null ? null : GoTime.instant(status.lastSyncTime()),
                status == null ? null : GoTime.duration(status.lastSyncDuration()),
                status == null ? null : GoTime.instant(status.nextSyncTime()),
                newest(there, receiver),
                there.points().stream()
                        .skip(1)
                        .map(SiteRecord.Point::recoveryPoint)
                        .toList(),
                new TreeMap<>(there.workloads()),
                status == null ? null : MoverLog.bytesPerSecond(status.latestMoverStatus()),
                phase == ReplicationPhase.SWITCHED && there.handedOver(),
                notes);
    }

    private SiteRecord known(Supplier<@Nullable SiteRecord> look) {
        SiteRecord record = ifItAnswers(look);
        return record == null ? SiteRecord.EMPTY : record;
    }

    private <T> @Nullable T ifItAnswers(Supplier<@Nullable T> look) {
        try {
            return look.get();
        } catch (SiteUnreachableException e) {
            silent = true;
            if (!notes.contains(String.valueOf(e.getMessage()))) {
                notes.add(String.valueOf(e.getMessage()));
            }
            return null;
        }
    }

    private ReplicationPhase phase(
            SiteRecord here,
            SiteRecord there,
            @Nullable ReplicationSource sender,
            @Nullable ReplicationDestination receiver) {
        // A source whose other site is silent may have been failed away from, and not know it.
        boolean uncertain = sourceSilent && there.role() == SiteRecord.Role.SOURCE;
        if (there.isActiveAgainst(here) && !uncertain) {
            return ReplicationPhase.SWITCHED;
        }
        boolean destinationKnowsNothing = there.role() == SiteRecord.Role.NONE && receiver == null;
        if (sourceSilent && !destinationSilent && destinationKnowsNothing) {
            // Whatever the source would say, nothing comes to the destination.
            return ReplicationPhase.UNPROTECTED;
        }
        if (silent) {
            return ReplicationPhase.UNKNOWN;
        }
        if (sender == null && receiver == null) {
            return there.role() == SiteRecord.Role.DESTINATION ? incomplete(source) : ReplicationPhase.UNPROTECTED;
        }
        if (sender == null || receiver == null) {
            return incomplete(sender == null ? source : destination);
        }
        return phase(sender);
    }

    private ReplicationPhase incomplete(Side lacking) {
        notes.add("It is not wholly set up: " + lacking.name()
                + " lacks its part. Protect it again, or finish what was begun.");
        return ReplicationPhase.FAILING;
    }

    private ReplicationPhase phase(ReplicationSource sender) {
        ReplicationSource.Status status = sender.getStatus();
        if (Boolean.TRUE.equals(sender.getSpec().paused())) {
            notes.add("ReplicationSource " + Names.sender(claim) + " is paused, and does not sync.");
            return ReplicationPhase.FAILING;
        }
        if (status == null) {
            return ReplicationPhase.STARTING;
        }
        noteForgottenTag(sender);
        String reason = Conditions.reason(status.conditions());
        if (reason.equals(VolSync.ERROR) || MoverLog.failed(status.latestMoverStatus())) {
            notes.add("ReplicationSource " + Names.sender(claim) + " at " + source.name()
                    + Conditions.describe(status.conditions()) + "."
                    + MoverLog.tail(status.latestMoverStatus()));
            return ReplicationPhase.FAILING;
        }
        if (status.lastSyncStartTime() != null) {
            return status.lastSyncTime() == null ? ReplicationPhase.STARTING : ReplicationPhase.SYNCING;
        }
        return status.lastSyncTime() == null ? ReplicationPhase.STARTING : ReplicationPhase.IDLE;
    }

    /** A sync of ours whose process ended: VolSync stays off the schedule until the tag is taken away. */
    private void noteForgottenTag(ReplicationSource sender) {
        boolean both = sender.getSpec().trigger() != null
                && sender.getSpec().trigger().schedule() != null
                && sender.getSpec().trigger().manual() != null;
        if (both && Sender.isIdle(sender)) {
            notes.add("A sync was not finished, and its schedule rests until then: sync, record or protect it again.");
        }
    }

    private void noteShrunken(SiteRecord there) {
        SiteRecord.Point larger = KeptSnapshots.shrunkFrom(there.current(), options.shrinkTo());
        if (larger != null) {
            notes.add("The source has shrunk from " + larger.bytes() + " to "
                    + there.current().get(0).bytes() + " bytes; snapshot " + larger.image() + " from before is kept.");
        }
    }

    /** What is recorded, or what is certain beyond it: the snapshot's name, and a bound on its time. */
    private RecoveryPoint newest(SiteRecord there, @Nullable ReplicationDestination receiver) {
        String image = Receiver.image(receiver);
        SiteRecord.Point known = image.isEmpty() ? null : there.point(image);
        if (known != null) {
            return known.recoveryPoint();
        }
        // What an active claim was restored to is of the epoch before.
        List<SiteRecord.Point> points = there.role() == SiteRecord.Role.DESTINATION ? there.current() : there.points();
        SiteRecord.Point recorded = points.isEmpty() ? null : points.get(0);
        if (recorded == null) {
            return image.isEmpty() ? RecoveryPoint.UNKNOWN : new RecoveryPoint(null, image, null);
        }
        return image.isEmpty()
                ? recorded.recoveryPoint()
                : new RecoveryPoint(recorded.recoveryPoint().asOf(), image, null);
    }
}
