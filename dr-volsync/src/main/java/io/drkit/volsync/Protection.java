package io.drkit.volsync;

import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.ReplicationDestination;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volume.Claim;
import io.drkit.volume.VolumeRisk;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
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
        requireActiveHere(here, there);
        PersistentVolumeClaim sent = source.existing(claim);
        String uid = sent.getMetadata().getUid();
        guards.requireSameClaim(here, uid);
        requireNoForeignSender();

        prepareDestination(sent, there, here.epoch());
        SharedKey key = key();
        if (key.differs(source, destination)) {
            // A mover that listens has read the old one.
            receiver().remove();
        }
        key.share(source, destination);
        long epoch = Math.max(here.epoch(), there.epoch());
        destinationRecords.update(claim, record -> record.as(SiteRecord.Role.DESTINATION, epoch, record.claimUid()));
        ReplicationDestination receiver = receiver().ensure(receiverSpec(key));
        ListeningAddress address = ListeningAddress.await(destination, receiver);

        // What the source pushed as a destination is past: nobody may push to a claim that is sent.
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

    private void requireActiveHere(SiteRecord here, SiteRecord there) {
        guards.requireNotMoved(here, there);
        if (here.role().isActive() && there.role().isActive() && here.epoch() == there.epoch()) {
            throw new UnsafeToProceedException("Both " + source.name() + " and " + destination.name()
                    + " remember that the " + claim + " is active there. Find out which is right, and delete ConfigMap "
                    + Names.record(claim) + " at the other.");
        }
    }

    private void requireNoForeignSender() {
        ReplicationSource sender = sender().find();
        if (sender != null) {
            source.requireOurs(sender);
        }
    }

    /** The claim there, with nothing lost that it holds and that did not come from here. */
    private void prepareDestination(PersistentVolumeClaim sent, SiteRecord there, long epoch) {
        ClaimMaker maker = new ClaimMaker(destination);
        PersistentVolumeClaim found = destination.claim(claim);
        new Requirements(destination).snapshots();
        if (found == null) {
            new Requirements(destination).storageClass();
            maker.createLike(sent, options.accessModes());
            return;
        }
        destination.existing(claim);
        maker.requireLargeEnough(found, sent);
        boolean received = receiver().find() != null && there.role() == SiteRecord.Role.DESTINATION;
        if (received) {
            return;
        }
        destination.requireUnused(claim);
        // A source that was failed away from, and has come back, must push no more.
        new Sender(destination, claim, Names.sender(claim)).remove();
        if (!holdsNothingOfItsOwn(found, there, epoch) && !options.accepts(VolumeRisk.OVERWRITTEN_DESTINATION)) {
            keepWhatIsThere(found);
        }
    }

    /** Whether everything that the destination's claim holds is at the source too, or it holds nothing. */
    private static boolean holdsNothingOfItsOwn(PersistentVolumeClaim found, SiteRecord there, long epoch) {
        boolean empty =
                found.getStatus() == null || !"Bound".equals(found.getStatus().getPhase());
        boolean handedOver = there.role() == SiteRecord.Role.HANDED_OVER && there.epoch() == epoch;
        return empty
                || handedOver
                || there.role() == SiteRecord.Role.DESTINATION
                || (Names.isOurs(found) && there.role() == SiteRecord.Role.NONE);
    }

    private void keepWhatIsThere(PersistentVolumeClaim found) {
        // One for each life of the claim and each epoch, so that running it again takes no other.
        String name = "kept-" + claim.name() + "-"
                + found.getMetadata().getUid().substring(0, 8) + "-e"
                + destinationRecords.read(claim).epoch();
        LOG.info("Keeping what the {} at {} holds as snapshot {}", claim, destination.name(), name);
        snapshots.take(claim, name, destination.timeout());
    }

    void takeDown() {
        sender().remove();
        keepPoints();
        receiver().remove();
        if (options.keySecret() == null) {
            key().remove(source);
            key().remove(destination);
        }
        destinationRecords.remove(claim);
        sourceRecords.remove(claim);
    }

    /** Ends the pushing for good, at the source first. */
    void handOver() {
        SiteRecord here = sourceRecords.read(claim);
        SiteRecord there = destinationRecords.read(claim);
        if (!there.isActiveAgainst(here)) {
            if (here.role() != SiteRecord.Role.SOURCE || there.role() != SiteRecord.Role.DESTINATION) {
                throw new UnsafeToProceedException("The " + claim + " is not replicated from " + source.name() + " to "
                        + destination.name() + ", and cannot be handed over; nothing was changed.");
            }
            sender().remove();
            keepPoints();
            receiver().remove();
            long epoch = Math.max(here.epoch(), there.epoch()) + 1;
            String uid = destination.existing(claim).getMetadata().getUid();
            destinationRecords.update(claim, record -> record.as(SiteRecord.Role.ACTIVE, epoch, uid));
        }
        long epoch = destinationRecords.read(claim).epoch();
        sourceRecords.update(
                claim,
                record -> record.role().isActive() && record.epoch() < epoch
                        ? record.as(SiteRecord.Role.HANDED_OVER, epoch, record.claimUid())
                        : record);
    }

    /** So that what was received complete does not go with the receiver. */
    private void keepPoints() {
        String image = Receiver.image(receiver().find());
        if (!image.isEmpty()) {
            snapshots.keep(claim.namespace(), image);
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
