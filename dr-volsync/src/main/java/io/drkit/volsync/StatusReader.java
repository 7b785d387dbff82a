package io.drkit.volsync;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.ReplicationDestination;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volsync.resource.VolSync;
import io.drkit.volume.Claim;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.ReplicationPhase;
import io.drkit.volume.ReplicationStatus;
import io.drkit.volume.VolumeRisk;
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

    StatusReader(Side source, Side destination, VolSyncOptions options, Claim claim) {
        this.source = source;
        this.destination = destination;
        this.options = options;
        this.claim = claim;
    }

    ReplicationStatus read() {
        Answer<ReplicationSource> here = ask(source, new Sender(source, claim, Names.sender(claim))::find);
        Answer<ReplicationDestination> there =
                ask(destination, new Receiver(destination, claim, Names.receiver(claim))::find);
        ReplicationSource.Status status = here.resource == null ? null : here.resource.getStatus();
        ReplicationPhase phase = phase(here, there);
        boolean shrunken = noteShrunken(there.record) && !options.accepts(VolumeRisk.SHRUNKEN_SOURCE);
        return new ReplicationStatus(
                claim,
                phase,
                status == null ? null : GoTime.instant(status.lastSyncTime()),
                status == null ? null : GoTime.duration(status.lastSyncDuration()),
                status == null ? null : GoTime.instant(status.nextSyncTime()),
                newest(there.record, there.resource),
                there.record.points().stream()
                        .skip(1)
                        .map(SiteRecord.Point::recoveryPoint)
                        .toList(),
                new TreeMap<>(there.record.workloads()),
                status == null ? null : MoverLog.bytesPerSecond(status.latestMoverStatus()),
                phase == ReplicationPhase.SWITCHED && there.record.handedOver(),
                shrunken,
                notes);
    }

    /** What a site says; one that does not is a note, and remembers nothing. */
    private record Answer<T>(SiteRecord record, @Nullable T resource, boolean isSilent) {}

    private <T> Answer<T> ask(Side side, Supplier<@Nullable T> resource) {
        try {
            return new Answer<>(new Records(side).read(claim), resource.get(), false);
        } catch (SiteUnreachableException e) {
            notes.add(String.valueOf(e.getMessage()));
            return new Answer<>(SiteRecord.EMPTY, null, true);
        }
    }

    private ReplicationPhase phase(Answer<ReplicationSource> here, Answer<ReplicationDestination> there) {
        // A source whose other site is silent may have been failed away from, and not know it.
        boolean isCertain = !here.isSilent || there.record.role() != SiteRecord.Role.SOURCE;
        if (there.record.isActiveAgainst(here.record) && isCertain) {
            return ReplicationPhase.SWITCHED;
        }
        if (!there.isSilent
                && there.resource == null
                && there.record.role() == SiteRecord.Role.NONE
                && here.resource == null) {
            // Whatever a silent source would say, nothing comes to the destination.
            return ReplicationPhase.UNPROTECTED;
        }
        if (here.isSilent || there.isSilent) {
            return ReplicationPhase.UNKNOWN;
        }
        try {
            new SourceGuards(source, destination, options, claim).requireNoTie(here.record, there.record);
        } catch (UnsafeToProceedException e) {
            notes.add(String.valueOf(e.getMessage()));
            return ReplicationPhase.FAILING;
        }
        if (here.resource == null && there.resource == null && there.record.role() != SiteRecord.Role.DESTINATION) {
            return ReplicationPhase.UNPROTECTED;
        }
        if (here.resource == null || there.resource == null) {
            return incomplete(here.resource == null ? source : destination);
        }
        return phase(here.resource);
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

    private boolean noteShrunken(SiteRecord there) {
        SiteRecord.Point larger = KeptSnapshots.shrunkFrom(there.measures(), options.shrinkTo());
        if (larger != null) {
            notes.add("The source has shrunk from " + larger.size() + " to "
                    + there.current().get(0).size() + "; snapshot " + larger.image() + " from before is kept.");
        }
        return larger != null;
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
