package io.drkit.volsync;

import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.ReplicationDestination;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volsync.resource.VolumeSnapshot;
import io.drkit.volume.Claim;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.VolumeRisk;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a destination's claim what its last complete snapshot holds, without the source. The claim itself may be half-written, for VolSync writes to it
 * directly; so the snapshot is made a claim, and that one is synced to it at the same site.
 */
final class Restoring {

    private static final Logger LOG = LoggerFactory.getLogger(Restoring.class);

    private final Side side;
    private final VolSyncOptions options;
    private final Claim claim;
    private final Records records;
    private final KeptSnapshots snapshots;
    private final Receiver remote;
    private final Receiver local;
    private final Sender localSender;
    private final SharedKey localKey;

    Restoring(Side side, VolSyncOptions options, Claim claim) {
        this.side = side;
        this.options = options;
        this.claim = claim;
        this.records = new Records(side);
        this.snapshots = new KeptSnapshots(side);
        this.remote = new Receiver(side, claim, Names.receiver(claim));
        this.local = new Receiver(side, claim, Names.localReceiver(claim));
        this.localSender = new Sender(side, Names.restored(claim), Names.localSender(claim));
        this.localKey = new SharedKey(claim, Names.localKey(claim));
    }

    RecoveryPoint restore(String wanted) {
        new Requirements(side).volSync();
        SiteRecord record = records.read(claim);
        if (record.role().isActive()) {
            return record.points().stream()
                    .findFirst()
                    .map(SiteRecord.Point::recoveryPoint)
                    .orElse(RecoveryPoint.UNKNOWN);
        }
        if (record.role() != SiteRecord.Role.DESTINATION) {
            throw new UnsafeToProceedException("The " + claim + " at " + side.name()
                    + " is not replicated to, and nothing of it can be restored there; nothing was changed.");
        }
        PersistentVolumeClaim found = side.existing(claim);
        side.requireUnused(claim);
        SiteRecord.Point point = chosen(record, wanted);
        snapshots.awaitReady(claim.namespace(), point.image(), side.timeout());
        snapshots.keep(claim.namespace(), point.image());
        records.update(claim, known -> known.restoring(point.image()));

        // From here on the source can push no more, should it come back: it knows neither the address nor the key.
        remote.remove();
        bringBack(point, found);
        records.update(
                claim,
                known -> known.with(point)
                        .as(
                                SiteRecord.Role.ACTIVE,
                                known.epoch() + 1,
                                found.getMetadata().getUid()));
        LOG.info("The {} at {} is {}", claim, side.name(), point);
        return point.recoveryPoint();
    }

    /** The snapshot that is wanted, or that an earlier call chose, or the newest. */
    private SiteRecord.Point chosen(SiteRecord record, String wanted) {
        String image = !wanted.isEmpty()
                ? wanted
                : record.restoring() != null ? record.restoring() : Receiver.image(remote.find());
        if (image.isEmpty()) {
            image = record.points().isEmpty() ? "" : record.points().get(0).image();
        }
        if (image.isEmpty()) {
            throw new UnsafeToProceedException("No sync of the " + claim + " ever came through to " + side.name()
                    + ", so there is nothing complete to restore; nothing was changed.");
        }
        if (!snapshots.exists(claim.namespace(), image)) {
            throw new UnsafeToProceedException("There is no snapshot " + image + " in namespace " + claim.namespace()
                    + " at " + side.name() + "; nothing was changed. Known are "
                    + record.points().stream().map(SiteRecord.Point::image).toList() + ".");
        }
        SiteRecord.Point known = record.point(image);
        if (wanted.isEmpty()) {
            requireNotShrunken(record.points());
        }
        if (known != null) {
            return known;
        }
        return wanted.isEmpty() ? unrecorded(image, record) : new SiteRecord.Point(image, null, null);
    }

    /** One that came after the last record, so that it holds at least what that one does. */
    private static SiteRecord.Point unrecorded(String image, SiteRecord record) {
        String atLeast =
                record.points().isEmpty() ? null : record.points().get(0).asOf();
        return new SiteRecord.Point(image, atLeast, null);
    }

    private void requireNotShrunken(List<SiteRecord.Point> points) {
        SiteRecord.Point larger = KeptSnapshots.shrunkFrom(points, options.shrinkTo());
        if (larger != null && !options.accepts(VolumeRisk.SHRUNKEN_SOURCE)) {
            throw new UnsafeToProceedException(
                    "The newest snapshot of the " + claim + " at " + side.name() + " holds "
                            + points.get(0).bytes() + " bytes, and " + larger.image()
                            + (larger.asOf() == null ? "" : " as of " + Instant.parse(larger.asOf())) + " holds "
                            + larger.bytes()
                            + "; nothing was changed. Was the source emptied? Name the snapshot to go back to, or accept SHRUNKEN_SOURCE.");
        }
    }

    /** What an earlier call made of another snapshot than is wanted now. */
    private void forgetAnother(Claim restored, String image) {
        PersistentVolumeClaim there = side.claim(restored);
        if (there == null) {
            return;
        }
        side.requireOurs(there);
        if (there.getSpec().getDataSource() == null
                || !image.equals(there.getSpec().getDataSource().getName())) {
            localSender.remove();
            local.remove();
            side.remove(PersistentVolumeClaim.class, restored.namespace(), restored.name());
        }
    }

    private void bringBack(SiteRecord.Point point, PersistentVolumeClaim found) {
        Claim restored = Names.restored(claim);
        forgetAnother(restored, point.image());
        VolumeSnapshot snapshot = snapshots.awaitReady(claim.namespace(), point.image(), side.timeout());
        new ClaimMaker(side).createOf(snapshot, restored, found);
        localKey.ensure(side);
        ReplicationDestination receiver = local.ensure(new ReplicationDestination.RsyncTls(
                localKey.name(),
                ServiceType.CLUSTER_IP.kubernetes(),
                CopyMethod.DIRECT.volSync(),
                claim.name(),
                null,
                options.moverSecurityContext()));
        ListeningAddress address = ListeningAddress.await(side, receiver);
        local.awaitSettled();
        ReplicationSource sender = localSender.ensure(
                new ReplicationSource.RsyncTls(
                        localKey.name(),
                        address.host(),
                        address.port(),
                        CopyMethod.DIRECT.volSync(),
                        null,
                        null,
                        null,
                        options.moverSecurityContext()),
                null);
        String tag = sender.getSpec().trigger() == null
                ? null
                : sender.getSpec().trigger().manual();
        localSender.awaitSynced(String.valueOf(tag), options.syncTimeout());
        localSender.remove();
        local.remove();
        side.remove(PersistentVolumeClaim.class, restored.namespace(), restored.name());
        localKey.remove(side);
    }
}
