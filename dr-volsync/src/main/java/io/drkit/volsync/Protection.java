package io.drkit.volsync;

import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.ReplicationDestination;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volume.Claim;
import io.drkit.volume.VolumeRisk;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets up what replicates a claim, and takes it down. Each step looks whether it is done. */
final class Protection {

    private static final Logger LOG = LoggerFactory.getLogger(Protection.class);

    private final Side source;
    private final Side destination;
    private final VolSyncOptions options;
    private final Claim claim;
    private final Records sourceRecords;
    private final Records destinationRecords;
    private final KeptSnapshots snapshots;
    private final SourceGuards guards;

    Protection(Side source, Side destination, VolSyncOptions options, Claim claim) {
        this.source = source;
        this.destination = destination;
        this.options = options;
        this.claim = claim;
        this.sourceRecords = new Records(source);
        this.destinationRecords = new Records(destination);
        this.snapshots = new KeptSnapshots(destination);
        this.guards = new SourceGuards(source, destination, options, claim);
    }

    void setUp() {
        for (Side side : new Side[] {source, destination}) {
            new Requirements(side).volSync();
        }
        SiteRecord here = sourceRecords.read(claim);
        SiteRecord there = destinationRecords.read(claim);
        guards.requireNotMoved(here, there);
        PersistentVolumeClaim sent = source.existing(claim);
        String uid = sent.getMetadata().getUid();
        guards.requireSameClaim(here, there, uid);
        requireNoForeignSender();
        SharedKey key = key();
        key.requireShareable(source, destination);

        long epoch = Math.max(here.epoch(), there.epoch());
        new Restoring(destination, source, options, claim).cleanUp();
        prepareDestination(sent, there, epoch);
        if (key.differs(source, destination)) {
            // A mover that listens has read the old one.
            keepPoints();
            receiver().remove();
        }
        key.share(source, destination);
        String received = destination.existing(claim).getMetadata().getUid();
        destinationRecords.update(
                claim,
                record ->
                        record.as(SiteRecord.Role.DESTINATION, epoch, received).from(uid));
        ReplicationDestination receiver = receiver().ensure(receiverSpec(key));
        ListeningAddress address = ListeningAddress.await(destination, receiver);

        // What the source received as a destination is past: nobody may push to a claim that is sent.
        new Receiver(source, claim, Names.receiver(claim)).remove();
        sourceRecords.update(claim, record -> record.as(SiteRecord.Role.SOURCE, epoch, uid));
        sender().ensure(senderSpec(key, address), options.schedule());
        LOG.info(
                "The {} is replicated from {} to {}, received at {}",
                claim,
                source.name(),
                destination.name(),
                address);
    }

    private void requireNoForeignSender() {
        ReplicationSource sender = sender().find();
        if (sender != null) {
            source.requireOurs(sender, claim);
        }
    }

    /** The claim there, with nothing lost that it holds and that did not come from here. */
    private void prepareDestination(PersistentVolumeClaim sent, SiteRecord there, long epoch) {
        new Requirements(destination).snapshots();
        ClaimMaker maker = new ClaimMaker(destination);
        PersistentVolumeClaim found = destination.claim(claim);
        if (found == null) {
            new Requirements(destination).storageClass();
            maker.createLike(sent, options.accessModes());
            String uid = destination.existing(claim).getMetadata().getUid();
            destinationRecords.update(claim, record -> record.made(uid));
            return;
        }
        destination.existing(claim);
        maker.requireLargeEnough(found, sent);
        destination.requireUnused(claim);
        // A source that was failed away from, and has come back, must push no more.
        new Sender(destination, claim, Names.sender(claim)).remove();
        boolean bound =
                found.getStatus() != null && "Bound".equals(found.getStatus().getPhase());
        if (bound && !cameFromHere(sent, found, there) && !options.accepts(VolumeRisk.OVERWRITTEN_DESTINATION)) {
            keepWhatIsThere(there, epoch);
        }
    }

    /** A sync between these two claims has come through since they last moved; or DrKit created the one for that. */
    private static boolean cameFromHere(PersistentVolumeClaim sent, PersistentVolumeClaim found, SiteRecord there) {
        String uid = found.getMetadata().getUid();
        return there.role() == SiteRecord.Role.DESTINATION
                && sent.getMetadata().getUid().equals(there.sourceUid())
                && ((!there.current().isEmpty() && uid.equals(there.claimUid())) || uid.equals(there.madeUid()));
    }

    /** Of a claim that was handed over that is a recovery point too, until a sync has come through. */
    private void keepWhatIsThere(SiteRecord there, long epoch) {
        String name = snapshots.take(claim, destination.timeout());
        LOG.info("What the {} at {} holds is kept as snapshot {}", claim, destination.name(), name);
        if (there.role() == SiteRecord.Role.HANDED_OVER && there.epoch() == epoch) {
            SiteRecord.Sent last = there.sent();
            destinationRecords.update(
                    claim,
                    record -> record.with(new SiteRecord.Point(name, last == null ? null : last.start(), null, epoch)));
        }
    }

    /** Both ways: after a migration it is the way back that pushes. */
    void takeDown() {
        takeDown(source, destination);
        takeDown(destination, source);
        if (options.keySecret() == null) {
            key().remove(source);
            key().remove(destination);
        }
        destinationRecords.remove(claim);
        sourceRecords.remove(claim);
    }

    private void takeDown(Side from, Side to) {
        Sender sender = new Sender(from, claim, Names.sender(claim));
        if (isOursOrGone(sender.find())) {
            sender.remove();
        }
        Receiver receiver = new Receiver(to, claim, Names.receiver(claim));
        ReplicationDestination found = receiver.find();
        if (isOursOrGone(found)) {
            keepLatest(to, found);
            receiver.remove();
        }
        new Restoring(to, from, options, claim).cleanUp();
    }

    private boolean isOursOrGone(@Nullable HasMetadata object) {
        return object == null || Names.isOurs(object, claim);
    }

    /** Ends the pushing for good, at the source first. */
    void handOver() {
        SiteRecord here = sourceRecords.read(claim);
        SiteRecord there = destinationRecords.read(claim);
        guards.requireNoTie(here, there);
        if (there.isActiveAgainst(here)) {
            if (there.handedOver() && here.role() == SiteRecord.Role.SOURCE) {
                handedOver(there.epoch(), there.sent());
            }
            return;
        }
        if (here.role() != SiteRecord.Role.SOURCE || there.role() != SiteRecord.Role.DESTINATION) {
            throw new UnsafeToProceedException("The " + claim + " is not replicated from " + source.name() + " to "
                    + destination.name() + ", and cannot be handed over; nothing was changed.");
        }
        SiteRecord.Sent last = Sender.lastSent(sender().find());
        sender().remove();
        keepPoints();
        receiver().remove();
        long epoch = Math.max(here.epoch(), there.epoch()) + 1;
        String uid = destination.existing(claim).getMetadata().getUid();
        destinationRecords.update(
                claim,
                record -> record.as(SiteRecord.Role.ACTIVE, epoch, uid)
                        .made(null)
                        .seen(last)
                        .afterFinalSync());
        handedOver(epoch, last);
    }

    /** @param last the final sync: how old what is left at the source is, should it be needed */
    private void handedOver(long epoch, SiteRecord.@Nullable Sent last) {
        sourceRecords.update(
                claim,
                record -> record.epoch() < epoch
                        ? record.as(SiteRecord.Role.HANDED_OVER, epoch, record.claimUid())
                                .made(null)
                                .seen(last)
                        : record);
    }

    /** So that what was received complete does not go with the receiver. */
    private void keepPoints() {
        keepLatest(destination, receiver().find());
    }

    private void keepLatest(Side side, @Nullable ReplicationDestination receiver) {
        String image = Receiver.image(receiver);
        if (!image.isEmpty()) {
            new KeptSnapshots(side).keep(claim.namespace(), image);
        }
    }

    Receiver receiver() {
        return new Receiver(destination, claim, Names.receiver(claim));
    }

    Sender sender() {
        return new Sender(source, claim, Names.sender(claim));
    }

    private SharedKey key() {
        return new SharedKey(claim, options.keySecret() == null ? Names.key(claim) : options.keySecret());
    }

    private ReplicationDestination.RsyncTls receiverSpec(SharedKey key) {
        return new ReplicationDestination.RsyncTls(
                key.name(),
                destination.site().serviceType().kubernetes(),
                CopyMethod.SNAPSHOT.volSync(),
                claim.name(),
                destination.site().snapshotClass(),
                options.moverSecurityContext());
    }

    private ReplicationSource.RsyncTls senderSpec(SharedKey key, ListeningAddress address) {
        return new ReplicationSource.RsyncTls(
                key.name(),
                address.host(),
                address.port(),
                options.copyMethod().volSync(),
                null,
                null,
                options.copyMethod() == CopyMethod.SNAPSHOT ? source.site().snapshotClass() : null,
                options.moverSecurityContext());
    }
}
