package io.drkit.volsync;

import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.ReplicationDestination;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volume.Claim;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.VolumeRisk;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One sync that we ask for, and the record of what any sync has brought. */
final class Syncing {

    private final Side source;
    private final Side destination;
    private final VolSyncOptions options;
    private final Claim claim;
    private final Sender sender;
    private final Receiver receiver;
    private final Records destinationRecords;
    private final KeptSnapshots snapshots;
    private final SourceGuards guards;
    private final VolumeUsage usage;

    Syncing(Side source, Side destination, VolSyncOptions options, Claim claim) {
        this.source = source;
        this.destination = destination;
        this.options = options;
        this.claim = claim;
        this.sender = new Sender(source, claim, Names.sender(claim));
        this.receiver = new Receiver(destination, claim, Names.receiver(claim));
        this.destinationRecords = new Records(destination);
        this.snapshots = new KeptSnapshots(destination);
        this.guards = new SourceGuards(source, destination, options, claim);
        this.usage = new VolumeUsage(source);
    }

    /**
     * Two syncs, the second of which has nothing left to move: that it comes through proves that the receiver listened again, and so had kept the first. The
     * source says that a sync is over before the destination has a snapshot of it, and nothing else tells which snapshot is which sync's.
     */
    RecoveryPoint sync() {
        requireProtected();
        OptionalLong used = requireNotEmptied();
        SiteRecord.@Nullable Point before = largestBefore();
        receiver.awaitSettled();
        Instant start =
                later(Sender.lastStart(push()), destinationRecords.read(claim).sent());
        ReplicationSource second = push();
        RecoveryPoint point = new RecoveryPoint(start, Receiver.image(receiver.awaitSettled()), size(second));
        SiteRecord.Sent proved = start == null ? null : new SiteRecord.Sent(start.toString(), size(second));
        remember(point, proved, second, Map.of());
        sender.backToSchedule();
        requireNotShrunken(before, point);
        if (options.accepts(VolumeRisk.SHRUNKEN_SOURCE)) {
            destinationRecords.update(claim, record -> record.accepted(point.image()));
        }
        used.ifPresent(sender::noteUsed);
        return point;
    }

    /** To be called while the application runs: what nothing mounts cannot be measured. */
    void checkSource() {
        guards.requireSameClaim(
                new Records(source).read(claim),
                destinationRecords.read(claim),
                source.existing(claim).getMetadata().getUid());
        requireNotEmptied();
    }

    /** Returns how full it is, if that is known. */
    private OptionalLong requireNotEmptied() {
        OptionalLong used = usage.of(claim);
        if (hasShrunk(used) && !options.accepts(VolumeRisk.SHRUNKEN_SOURCE)) {
            throw new UnsafeToProceedException(
                    "The " + claim + " at " + source.name() + " has shrunk from "
                            + sender.usedBefore().orElse(0) + " to " + used.orElse(0)
                            + " bytes in use since it was last synced; nothing was sent. If that is right, accept SHRUNKEN_SOURCE.");
        }
        return used;
    }

    /** As the measure of later syncs; one that is emptied by then is none. */
    private void noteUsed() {
        OptionalLong used = usage.of(claim);
        if (!hasShrunk(used)) {
            used.ifPresent(sender::noteUsed);
        }
    }

    private boolean hasShrunk(OptionalLong used) {
        OptionalLong before = used.isPresent() ? sender.usedBefore() : used;
        return before.isPresent() && KeptSnapshots.isShrunk(before.getAsLong(), used.orElseThrow(), options.shrinkTo());
    }

    /** Starts are known to the second, and rounded to be earlier: that of a sync before may seem the later, and bounds this one too. */
    private static @Nullable Instant later(@Nullable Instant start, SiteRecord.@Nullable Sent before) {
        if (start == null || before == null) {
            return start;
        }
        boolean rounded = before.began().isAfter(start) && !before.began().isAfter(start.plus(SiteRecord.ROUNDING));
        return rounded ? before.began() : start;
    }

    /** One sync, which the claim itself holds; the schedule rests afterwards, for what was stopped has nothing more to send. */
    RecoveryPoint finalSync() {
        requireProtected();
        SiteRecord.@Nullable Point before = largestBefore();
        ReplicationSource sent = push();
        RecoveryPoint point = new RecoveryPoint(Sender.lastStart(sent), "", size(sent));
        requireNotShrunken(before, point);
        return point;
    }

    private ReplicationSource push() {
        Sender.Triggered<ReplicationDestination> triggered = sender.trigger(options.syncTimeout(), receiver::settled);
        return sender.awaitSynced(triggered.tag(), options.syncTimeout());
    }

    /** What is complete now stays, whatever the sync brings. */
    private SiteRecord.@Nullable Point largestBefore() {
        record(Map.of());
        return KeptSnapshots.largest(destinationRecords.read(claim).measures());
    }

    private static @Nullable Long size(ReplicationSource sent) {
        return MoverLog.totalSize(
                sent.getStatus() == null ? null : sent.getStatus().latestMoverStatus());
    }

    private void requireProtected() {
        SiteRecord here = new Records(source).read(claim);
        SiteRecord there = destinationRecords.read(claim);
        guards.requireNotMoved(here, there);
        if (here.role() != SiteRecord.Role.SOURCE
                || there.role() != SiteRecord.Role.DESTINATION
                || sender.find() == null
                || receiver.find() == null) {
            throw new UnsafeToProceedException("The " + claim + " is not replicated from " + source.name() + " to "
                    + destination.name() + ", or not wholly; nothing was changed. Protect it first.");
        }
        guards.requireSameClaim(
                here, there, source.existing(claim).getMetadata().getUid());
        destination.requireUnused(claim);
    }

    /** Records what the last sync brought, whoever asked for it. */
    Optional<RecoveryPoint> record(Map<String, Integer> workloads) {
        // The source first: what it has said by then is a bound for what the destination holds afterwards.
        ReplicationSource sent = sender.find();
        ReplicationDestination received = settledSoon();
        String image = Receiver.image(received);
        if (sent == null || received == null || image.isEmpty()) {
            if (received != null) {
                destinationRecords.update(claim, record -> record.with(workloads));
            }
            return Optional.empty();
        }
        sender.backToSchedule();
        SiteRecord record = destinationRecords.update(
                claim, known -> known.seen(Sender.lastSent(sent)).with(workloads));
        if (record.point(image) == null) {
            noteUsed();
        }
        RecoveryPoint point = later(record.point(image), newlyKept(record.sentBefore(), image, received, sent));
        remember(point, null, sent, workloads);
        return Optional.of(point);
    }

    /**
     * Whether the receiver began to listen after the source's last sync, so that its snapshot is that sync's, as far as the sites' clocks agree: enough to
     * tell how large it is, and not how old.
     */
    private static boolean listensSince(ReplicationDestination received, ReplicationSource sent) {
        Instant listening = received.getStatus() == null
                ? null
                : GoTime.instant(received.getStatus().lastSyncStartTime());
        Instant end = sent.getStatus() == null
                ? null
                : GoTime.instant(sent.getStatus().lastSyncTime());
        return listening != null && end != null && !listening.isBefore(end);
    }

    /** @param kept the last sync of which it is proved that it has come through */
    private static RecoveryPoint newlyKept(
            SiteRecord.@Nullable Sent kept, String image, ReplicationDestination received, ReplicationSource sent) {
        Long before = kept == null ? null : kept.bytes();
        return new RecoveryPoint(
                kept == null ? null : kept.began(), image, listensSince(received, sent) ? size(sent) : before);
    }

    /** Of two bounds for the same snapshot the later: each is no later than the truth. */
    private static RecoveryPoint later(SiteRecord.@Nullable Point known, RecoveryPoint now) {
        if (known == null) {
            return now;
        }
        RecoveryPoint before = known.recoveryPoint();
        boolean isLater =
                now.asOf() != null && (before.asOf() == null || now.asOf().isAfter(before.asOf()));
        return isLater ? new RecoveryPoint(now.asOf(), now.image(), before.bytes()) : before;
    }

    private @Nullable ReplicationDestination settledSoon() {
        if (receiver.find() == null) {
            return null;
        }
        try {
            return receiver.awaitSettled();
        } catch (OutcomeUnknownException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return null;
        }
    }

    /** @param proved when the sync began of which it is proved that it is kept; null when only what the record knows is */
    private void remember(
            RecoveryPoint point,
            SiteRecord.@Nullable Sent proved,
            ReplicationSource sent,
            Map<String, Integer> workloads) {
        if (!snapshots.keep(claim.namespace(), point.image())) {
            // A newer one has come in between, and VolSync has deleted this one: the next look records that.
            return;
        }
        String latest = Receiver.image(receiver.find());
        Set<String> before = new HashSet<>();
        SiteRecord after = destinationRecords.update(claim, known -> {
            if (known.role() != SiteRecord.Role.DESTINATION) {
                throw new UnsafeToProceedException("The " + claim + " was moved to " + destination.name()
                        + " by another process just now, and nothing was recorded.");
            }
            SiteRecord more = known.seen(proved)
                    .seen(Sender.lastSent(sent))
                    .with(workloads)
                    .with(SiteRecord.Point.of(point, known.epoch()));
            more.points().forEach(one -> before.add(one.image()));
            return more.withPoints(KeptSnapshots.staying(more, latest, options));
        });
        after.points().forEach(one -> before.remove(one.image()));
        before.forEach(image -> snapshots.drop(claim.namespace(), image));
    }

    private void requireNotShrunken(SiteRecord.@Nullable Point before, RecoveryPoint now) {
        if (before == null
                || before.bytes() == null
                || now.bytes() == null
                || options.accepts(VolumeRisk.SHRUNKEN_SOURCE)) {
            return;
        }
        if (KeptSnapshots.isShrunk(before.bytes(), now.bytes(), options.shrinkTo())) {
            throw new UnsafeToProceedException(
                    "The " + claim + " at " + source.name() + " has shrunk from " + before.bytes()
                            + " to " + now.bytes()
                            + " bytes, and so has the destination's. What was there before is kept in snapshot "
                            + before.image() + (before.asOf() == null ? "" : " as of " + Instant.parse(before.asOf()))
                            + ". If that is right, accept SHRUNKEN_SOURCE.");
        }
    }
}
