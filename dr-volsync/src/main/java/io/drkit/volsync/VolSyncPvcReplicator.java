package io.drkit.volsync;

import io.drkit.volume.Claim;
import io.drkit.volume.PvcReplicator;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.ReplicationStatus;
import java.util.Map;
import java.util.Optional;

/**
 * Replicates claims with VolSync 0.7 or later, by rsync over TLS: at the destination a ReplicationDestination {@code rd-CLAIM}, at the source a
 * ReplicationSource {@code rs-CLAIM}, on both the Secret {@code drkit-psk-CLAIM} and the ConfigMap {@code drkit-CLAIM}, which remembers what the other site
 * cannot be asked for. All bear the label {@code app.kubernetes.io/managed-by=drkit}; what does not is neither changed nor deleted, snapshots that VolSync
 * took of our claims aside, which are kept.
 *
 * <p>Needed in the claim's namespace: {@code get}, {@code list}, {@code create}, {@code patch}, {@code delete} on ReplicationSources and -Destinations,
 * VolumeSnapshots, claims, secrets and configmaps; {@code list} on services, jobs and pods, and what {@link io.drkit.kubernetes.KubernetesQuiescer} needs to
 * look. In the cluster, if it may: {@code get} on definitions, {@code list} on storage and snapshot classes; on nodes, for NodePort; {@code get} on
 * nodes/proxy, to see before a sync that its source was emptied, and not only after it.
 *
 * <p>The clients are not closed.
 */
public final class VolSyncPvcReplicator implements PvcReplicator {

    private final VolSyncSite source;
    private final VolSyncSite destination;
    private final VolSyncOptions options;
    private final Side from;
    private final Side to;

    /** @throws IllegalArgumentException when a client has no request timeout */
    public VolSyncPvcReplicator(VolSyncSite source, VolSyncSite destination, VolSyncOptions options) {
        this.source = source;
        this.destination = destination;
        this.options = options;
        this.from = new Side(source, options);
        this.to = new Side(destination, options);
    }

    @Override
    public String source() {
        return source.name();
    }

    @Override
    public String destination() {
        return destination.name();
    }

    @Override
    public PvcReplicator reversed() {
        return new VolSyncPvcReplicator(destination, source, options);
    }

    @Override
    public ReplicationStatus status(Claim claim) {
        return new StatusReader(from, to, options, claim).read();
    }

    @Override
    public ReplicationStatus protect(Claim claim) {
        new Protection(from, to, options, claim).setUp();
        return status(claim);
    }

    @Override
    public RecoveryPoint sync(Claim claim) {
        return new Syncing(from, to, options, claim).sync();
    }

    @Override
    public void checkSource(Claim claim) {
        new Syncing(from, to, options, claim).checkSource();
    }

    @Override
    public RecoveryPoint finalSync(Claim claim) {
        return new Syncing(from, to, options, claim).finalSync();
    }

    @Override
    public Optional<RecoveryPoint> record(Claim claim, Map<String, Integer> workloads) {
        return new Syncing(from, to, options, claim).record(workloads);
    }

    @Override
    public void handOver(Claim claim) {
        new Protection(from, to, options, claim).handOver();
    }

    @Override
    public RecoveryPoint restore(Claim claim, String image) {
        return new Restoring(to, from, options, claim).restore(image);
    }

    @Override
    public void unprotect(Claim claim) {
        new Protection(from, to, options, claim).takeDown();
    }
}
