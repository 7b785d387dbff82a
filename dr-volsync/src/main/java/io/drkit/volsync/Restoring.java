package io.drkit.volsync;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.ReplicationDestination;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volsync.resource.VolumeSnapshot;
import io.drkit.volume.Claim;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.VolumeRisk;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a destination's claim what its last complete snapshot holds, without the source. The claim itself may be half-written, for VolSync writes to it
 * directly; so the snapshot is made a claim, and that one is synced to it at the same site.
 */
final class Restoring {

    private static final Logger LOG = LoggerFactory.getLogger(Restoring.class);

    private final Side side;
    private final Side other;
    private final VolSyncOptions options;
    private final Claim claim;
    private final Records records;
    private final KeptSnapshots snapshots;
    private final Receiver remote;

    Restoring(Side side, Side other, VolSyncOptions options, Claim claim) {
        this.side = side;
        this.other = other;
        this.options = options;
        this.claim = claim;
        this.records = new Records(side);
        this.snapshots = new KeptSnapshots(side);
        this.remote = new Receiver(side, claim, Names.receiver(claim));
    }

    RecoveryPoint restore(String wanted) {
        new Requirements(side).volSync();
        SiteRecord record = records.read(claim);
        return switch (record.role()) {
            case ACTIVE -> restoredBefore(record, wanted);
            case SOURCE -> asItIs(record, wanted);
            case DESTINATION -> restore(record, wanted);
            case NONE, HANDED_OVER ->
                throw new UnsafeToProceedException("The " + claim + " at " + side.name()
                        + " is not replicated to, and nothing of it can be restored there; nothing was changed.");
        };
    }

    private RecoveryPoint restoredBefore(SiteRecord record, String wanted) {
        RecoveryPoint point = record.points().isEmpty()
                ? RecoveryPoint.UNKNOWN
                : record.points().get(0).recoveryPoint();
        if (!wanted.isEmpty() && !wanted.equals(point.image())) {
            throw new UnsafeToProceedException("The " + claim + " at " + side.name() + " is active already, " + point
                    + ", and what was written to it since would be lost; nothing was changed.");
        }
        return point;
    }

    /** A source never received: what it holds is its own, and how old that is beside what the other site had, nobody knows. */
    private RecoveryPoint asItIs(SiteRecord record, String wanted) {
        if (!wanted.isEmpty()) {
            throw new UnsafeToProceedException("The " + claim + " at " + side.name()
                    + " is a source, and holds no snapshots of another site; nothing was changed.");
        }
        String uid = side.existing(claim).getMetadata().getUid();
        if (!isReceivedBy(other, record)) {
            records.update(claim, known -> known.as(SiteRecord.Role.ACTIVE, known.epoch() + 1, uid));
        }
        return RecoveryPoint.UNKNOWN;
    }

    /** Then nothing is wrong with the replication, whatever is with the sides, and it is left as it is. */
    private boolean isReceivedBy(Side other, SiteRecord here) {
        try {
            SiteRecord there = new Records(other).read(claim);
            return there.role() == SiteRecord.Role.DESTINATION && there.epoch() == here.epoch();
        } catch (SiteUnreachableException e) {
            return false;
        }
    }

    private RecoveryPoint restore(SiteRecord record, String wanted) {
        PersistentVolumeClaim found = side.existing(claim);
        side.requireUnused(claim);
        SiteRecord.Point point = chosenAndKept(wanted);
        // From here on the source can push no more, should it come back: it knows neither the address nor the key.
        remote.remove();
        Long bytes = bringBack(point, found);
        if (wanted.isEmpty()) {
            requireNotShrunken(record, point, bytes);
        }
        SiteRecord.Point restored = new SiteRecord.Point(
                point.image(), point.asOf(), point.bytes() == null ? bytes : point.bytes(), point.epoch());
        records.update(
                claim,
                known -> stillOurs(known, point)
                        .with(restored)
                        .made(null)
                        .as(
                                SiteRecord.Role.ACTIVE,
                                known.epoch() + 1,
                                found.getMetadata().getUid()));
        LOG.info("The {} at {} is {}", claim, side.name(), restored);
        return restored.recoveryPoint();
    }

    private SiteRecord stillDestination(SiteRecord known) {
        if (known.role() != SiteRecord.Role.DESTINATION) {
            throw new UnsafeToProceedException("Another process has restored or moved the " + claim + " at "
                    + side.name() + " meanwhile, and this one left it as it is.");
        }
        return known;
    }

    /** Also after its last look another process may have begun to make the claim something else. */
    private SiteRecord stillOurs(SiteRecord known, SiteRecord.Point point) {
        if (!point.image().equals(stillDestination(known).restoring())) {
            throw new UnsafeToProceedException("Another process is restoring the " + claim + " at " + side.name()
                    + " to snapshot " + known.restoring() + ": see that it ends, and run it again.");
        }
        return known;
    }

    /** The source may still be sending: VolSync deletes a snapshot when a newer one has come, and that may be the one that was just chosen. */
    private SiteRecord.Point chosenAndKept(String wanted) {
        return side.waiting()
                .until(
                        side.timeout(),
                        () -> {
                            SiteRecord.Point point = chosen(records.read(claim), wanted);
                            snapshots.awaitReady(claim.namespace(), point.image(), side.timeout());
                            if (!snapshots.keep(claim.namespace(), point.image())) {
                                return null;
                            }
                            records.update(
                                    claim, known -> stillDestination(known).restoring(point.image()));
                            boolean isNewest = !wanted.isEmpty()
                                    || chosen(records.read(claim), wanted)
                                            .image()
                                            .equals(point.image());
                            return isNewest && snapshots.exists(claim, point.image()) ? point : null;
                        },
                        () -> "syncs to the " + claim + " at " + side.name()
                                + " come in so fast that no snapshot of it stays.");
    }

    /** The snapshot that is wanted, or that an earlier call chose which got as far as to end the replication, or the newest. */
    private SiteRecord.Point chosen(SiteRecord record, String wanted) {
        ReplicationDestination receiver = remote.find();
        String image = wanted;
        if (image.isEmpty() && receiver == null && record.restoring() != null) {
            image = record.restoring();
        }
        if (image.isEmpty()) {
            image = Receiver.image(receiver);
        }
        if (image.isEmpty() && !record.current().isEmpty()) {
            image = record.current().get(0).image();
        }
        if (image.isEmpty()) {
            throw new UnsafeToProceedException("No sync of the " + claim + " has come through to " + side.name()
                    + " since it was set up, so there is nothing complete to restore; nothing was changed. Of earlier times are known "
                    + record.points().stream().map(SiteRecord.Point::image).toList() + ": to go back to one, name it.");
        }
        if (!snapshots.exists(claim, image)) {
            throw new UnsafeToProceedException("There is no snapshot " + image + " of the " + claim
                    + " at " + side.name() + "; nothing was changed. Known are "
                    + record.points().stream().map(SiteRecord.Point::image).toList() + ".");
        }
        SiteRecord.Point known = record.point(image);
        if (wanted.isEmpty()) {
            requireNotShrunken(record);
        }
        if (known != null) {
            return known;
        }
        return wanted.isEmpty() ? unrecorded(image, record) : new SiteRecord.Point(image, null, null, record.epoch());
    }

    /** One that came after the last record, so that it holds at least what that one does. */
    private static SiteRecord.Point unrecorded(String image, SiteRecord record) {
        String atLeast =
                record.current().isEmpty() ? null : record.current().get(0).asOf();
        return new SiteRecord.Point(image, atLeast, null, record.epoch());
    }

    private void requireNotShrunken(SiteRecord record) {
        SiteRecord.Point larger = KeptSnapshots.shrunkFrom(record.measures(), options.shrinkTo());
        if (larger != null) {
            requireAccepted(larger, record.current().get(0).bytes());
        }
    }

    /** Of one that nobody recorded, how large it is shows only when it is brought back. */
    private void requireNotShrunken(SiteRecord record, SiteRecord.Point point, @Nullable Long bytes) {
        List<SiteRecord.Point> all = new ArrayList<>(record.measures());
        all.removeIf(other -> other.image().equals(point.image()));
        all.add(0, new SiteRecord.Point(point.image(), point.asOf(), bytes, point.epoch()));
        SiteRecord.Point larger = KeptSnapshots.shrunkFrom(all, options.shrinkTo());
        if (larger != null) {
            requireAccepted(larger, bytes);
        }
    }

    private void requireAccepted(SiteRecord.Point larger, @Nullable Long bytes) {
        if (!options.accepts(VolumeRisk.SHRUNKEN_SOURCE)) {
            throw new UnsafeToProceedException(
                    "The newest snapshot of the " + claim + " at " + side.name() + " holds " + bytes
                            + " bytes, and " + larger.image()
                            + (larger.asOf() == null ? "" : " as of " + Instant.parse(larger.asOf())) + " holds "
                            + larger.size()
                            + "; nothing was started. Was the source emptied? Name the snapshot to go back to, or accept SHRUNKEN_SOURCE.");
        }
    }

    /** Makes the claim what a snapshot holds; returns how many bytes that is, if the mover tells. */
    private @Nullable Long bringBack(SiteRecord.Point point, PersistentVolumeClaim found) {
        Claim restored = restored();
        Receiver local = local();
        Sender sender = localSender(restored);
        forgetAnother(restored, local, sender, point.image());
        // What it synced for an earlier call proves nothing of the claim as it is now.
        sender.remove();
        VolumeSnapshot snapshot = snapshots.awaitReady(claim.namespace(), point.image(), side.timeout());
        new ClaimMaker(side).createOf(snapshot, claim, restored, found);
        SharedKey key = localKey();
        key.ensure(side);
        ReplicationDestination receiver = local.ensure(new ReplicationDestination.RsyncTls(
                key.name(),
                ServiceType.CLUSTER_IP.kubernetes(),
                CopyMethod.DIRECT.volSync(),
                claim.name(),
                null,
                options.moverSecurityContext()));
        ListeningAddress address = ListeningAddress.await(side, receiver);
        local.awaitSettled();
        // The last look before the claim is written to.
        stillOurs(records.read(claim), point);
        side.requireUnused(claim);
        String tag = sender.createOnce(new ReplicationSource.RsyncTls(
                key.name(),
                address.host(),
                address.port(),
                CopyMethod.DIRECT.volSync(),
                null,
                null,
                null,
                options.moverSecurityContext()));
        ReplicationSource done = sender.awaitSynced(tag, options.syncTimeout());
        Long bytes = MoverLog.totalSize(
                done.getStatus() == null ? null : done.getStatus().latestMoverStatus());
        cleanUp();
        return bytes;
    }

    /** What an earlier call made of another snapshot than is wanted now. */
    private void forgetAnother(Claim restored, Receiver local, Sender sender, String image) {
        PersistentVolumeClaim there = side.claim(restored);
        if (there != null
                && (there.getSpec().getDataSource() == null
                        || !image.equals(there.getSpec().getDataSource().getName()))) {
            sender.remove();
            local.remove();
            side.remove(PersistentVolumeClaim.class, claim, restored.name());
        }
    }

    /** Removes what a restore was made of, also of one that did not come to its end. */
    void cleanUp() {
        Claim restored = restored();
        localSender(restored).remove();
        local().remove();
        side.remove(PersistentVolumeClaim.class, claim, restored.name());
        localKey().remove(side);
    }

    private Claim restored() {
        return new Claim(claim.namespace(), side.free(PersistentVolumeClaim.class, claim, Names.restored(claim)));
    }

    private Receiver local() {
        return new Receiver(side, claim, side.free(ReplicationDestination.class, claim, Names.localReceiver(claim)));
    }

    private Sender localSender(Claim restored) {
        return new Sender(side, claim, restored, side.free(ReplicationSource.class, claim, Names.localSender(claim)));
    }

    private SharedKey localKey() {
        return new SharedKey(claim, side.free(Secret.class, claim, Names.localKey(claim)));
    }
}
