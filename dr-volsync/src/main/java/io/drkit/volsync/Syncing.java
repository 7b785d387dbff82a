package io.drkit.volsync;

import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.ReplicationDestination;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volume.Claim;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.VolumeRisk;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
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
    }

    RecoveryPoint sync() {
        requireProtected();
        // What is complete now stays, whatever this sync brings.
        record(Map.of());
        SiteRecord.@Nullable Point before = newest();
        receiver.awaitSettled();
        Sender.Triggered<ReplicationDestination> triggered = sender.trigger(options.syncTimeout(), receiver::settled);
        ReplicationSource sent = sender.awaitSynced(triggered.tag(), options.syncTimeout());
        ReplicationDestination received = awaitImageAfter(Receiver.image(triggered.before()));
        RecoveryPoint point = point(sent, received);
        remember(point, Map.of());
        sender.backToSchedule();
        requireNotShrunken(before, point);
        return point;
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
        guards.requireSameClaim(here, source.existing(claim).getMetadata().getUid());
        destination.requireUnused(claim);
    }

    private ReplicationDestination awaitImageAfter(String before) {
        return destination
                .waiting()
                .until(
                        destination.timeout(),
                        () -> {
                            ReplicationDestination found = receiver.settled();
                            String image = Receiver.image(found);
                            return image.isEmpty() || image.equals(before) ? null : found;
                        },
                        () -> "the sync had come through, but " + destination.name()
                                + " had not kept it as a snapshot: does the storage take snapshots there?");
    }

    /** Of what was read of the source first, and of the destination after it: so the snapshot holds what the source says, or more. */
    private static RecoveryPoint point(ReplicationSource sent, ReplicationDestination received) {
        return new RecoveryPoint(
                Sender.lastStart(sent),
                Receiver.image(received),
                MoverLog.totalSize(
                        sent.getStatus() == null ? null : sent.getStatus().latestMoverStatus()));
    }

    /** Records what the last sync brought, whoever asked for it. */
    Optional<RecoveryPoint> record(Map<String, Integer> workloads) {
        ReplicationSource sent = sender.find();
        ReplicationDestination received = settledSoon();
        String image = Receiver.image(received);
        if (sent == null || received == null || image.isEmpty()) {
            if (received != null && !workloads.isEmpty()) {
                destinationRecords.update(claim, record -> record.with(workloads));
            }
            return Optional.empty();
        }
        if (!isUnderWay(sent)) {
            sender.backToSchedule();
        }
        RecoveryPoint point = later(destinationRecords.read(claim).point(image), point(sent, received));
        remember(point, workloads);
        return Optional.of(point);
    }

    /** Of two looks at one snapshot the later time: each is no later than the truth, and the first may have come before the source told of its end. */
    private static RecoveryPoint later(SiteRecord.@Nullable Point known, RecoveryPoint seen) {
        if (known == null || known.asOf() == null) {
            return seen;
        }
        RecoveryPoint before = known.recoveryPoint();
        return seen.asOf() != null && before.asOf() != null && seen.asOf().isAfter(before.asOf()) ? seen : before;
    }

    /** A sync by a tag of another call's, which runs still. */
    private static boolean isUnderWay(ReplicationSource sender) {
        return sender.getSpec().trigger() != null
                && sender.getSpec().trigger().manual() != null
                && (sender.getStatus() == null
                        || !sender.getSpec()
                                .trigger()
                                .manual()
                                .equals(sender.getStatus().lastManualSync()));
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

    private void remember(RecoveryPoint point, Map<String, Integer> workloads) {
        if (!snapshots.keep(claim.namespace(), point.image())) {
            // A newer one has come in between, and VolSync has deleted this one: the next look records that.
            return;
        }
        SiteRecord record = destinationRecords.update(
                claim, known -> known.with(SiteRecord.Point.of(point)).with(workloads));
        var stay = snapshots.prune(claim.namespace(), record.points(), options);
        destinationRecords.update(claim, known -> known.withPoints(stay));
    }

    private SiteRecord.@Nullable Point newest() {
        return destinationRecords.read(claim).points().stream().findFirst().orElse(null);
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
