package io.drkit.volsync;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.VolSync;
import io.drkit.volsync.resource.VolumeSnapshot;
import io.drkit.volume.Claim;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots at a site that outlive what VolSync would do with them: it deletes the one before whenever a newer has come, and Kubernetes deletes those
 * of a receiver with the receiver.
 */
final class KeptSnapshots {

    private final Side side;

    KeptSnapshots(Side side) {
        this.side = side;
    }

    /** Takes a snapshot away from VolSync and from its receiver; one that somebody else made stays as it is. Returns false when it is gone. */
    boolean keep(String namespace, String name) {
        return side.waiting()
                .until(
                        side.timeout(),
                        () -> {
                            VolumeSnapshot snapshot = side.api().get(VolumeSnapshot.class, namespace, name);
                            if (snapshot == null || snapshot.getMetadata().getDeletionTimestamp() != null) {
                                return false;
                            }
                            return (isKept(snapshot)
                                            || isForeign(snapshot)
                                            || side.api().patch(snapshot, kept(snapshot)))
                                    ? true
                                    : null;
                        },
                        () -> "VolumeSnapshot " + name + " at " + side.name()
                                + " was written by somebody else again and again: who?");
    }

    private static boolean isKept(VolumeSnapshot snapshot) {
        return Names.isOurs(snapshot)
                && snapshot.getMetadata().getLabels().containsKey(VolSync.DO_NOT_DELETE)
                && !isReceived(snapshot);
    }

    private static boolean isForeign(VolumeSnapshot snapshot) {
        return !Names.isOurs(snapshot) && !isReceived(snapshot);
    }

    private static boolean isReceived(VolumeSnapshot snapshot) {
        return snapshot.getMetadata().getOwnerReferences().stream().anyMatch(KeptSnapshots::isReceiver);
    }

    private static ObjectNode kept(VolumeSnapshot snapshot) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = patch.putObject("metadata");
        ObjectNode labels = metadata.putObject("labels");
        Names.OURS.forEach(labels::put);
        labels.put(VolSync.DO_NOT_DELETE, "true").putNull(VolSync.CLEANUP);
        ArrayNode owners = metadata.putArray("ownerReferences");
        for (OwnerReference owner : snapshot.getMetadata().getOwnerReferences()) {
            if (!isReceiver(owner)) {
                owners.addPOJO(owner);
            }
        }
        return patch;
    }

    private static boolean isReceiver(OwnerReference owner) {
        return owner.getKind().equals("ReplicationDestination");
    }

    /** Snapshots a claim under a new name, and waits until what was in it is safe. Returns the name. */
    String take(Claim claim, Duration timeout) {
        String name =
                "kept-" + claim.name() + "-" + UUID.randomUUID().toString().substring(0, 8);
        VolumeSnapshot snapshot = new VolumeSnapshot();
        snapshot.setMetadata(new ObjectMetaBuilder(Names.meta(claim, name))
                .addToLabels(VolSync.DO_NOT_DELETE, "true")
                .build());
        snapshot.setSpec(new VolumeSnapshot.Spec(
                new VolumeSnapshot.Source(claim.name()), side.site().snapshotClass()));
        if (!side.api().create(snapshot)) {
            throw new UnsafeToProceedException(
                    "VolumeSnapshot " + name + " at " + side.name() + " is there already: run it again.");
        }
        awaitReady(claim.namespace(), name, timeout);
        return name;
    }

    /** Waits until a snapshot can be restored from; returns it. */
    VolumeSnapshot awaitReady(String namespace, String name, Duration timeout) {
        return side.waiting()
                .until(
                        timeout,
                        () -> {
                            VolumeSnapshot snapshot = side.api().get(VolumeSnapshot.class, namespace, name);
                            return snapshot != null && isReady(snapshot.getStatus()) ? snapshot : null;
                        },
                        () -> "VolumeSnapshot " + name + " in namespace " + namespace + " at " + side.name()
                                + " was not ready: does the storage take snapshots? It stays; look at its status.");
    }

    private static boolean isReady(VolumeSnapshot.@Nullable Status status) {
        return status != null && Boolean.TRUE.equals(status.readyToUse());
    }

    /** Whether it is there, and is not one of another claim. */
    boolean exists(Claim claim, String name) {
        VolumeSnapshot snapshot = side.api().get(VolumeSnapshot.class, claim.namespace(), name);
        return snapshot != null
                && snapshot.getMetadata().getDeletionTimestamp() == null
                && isOf(claim, snapshot.getSpec());
    }

    /** Of one that was made of a snapshot's content, the claim is not known. */
    private static boolean isOf(Claim claim, VolumeSnapshot.@Nullable Spec spec) {
        String source =
                spec == null || spec.source() == null ? null : spec.source().persistentVolumeClaimName();
        return source == null || source.equals(claim.name());
    }

    /**
     * Which of the recorded points stay: the newest, as many earlier ones as wanted, what VolSync or a failover needs now, and the largest of this epoch, if
     * the newest is much smaller than it, for the source may have been emptied, and VolSync goes on by its schedule.
     */
    static List<SiteRecord.Point> staying(SiteRecord record, String latestImage, VolSyncOptions options) {
        List<SiteRecord.Point> stay = new ArrayList<>();
        SiteRecord.Point large = shrunkFrom(record.measures(), options.shrinkTo());
        for (SiteRecord.Point point : record.points()) {
            if (stay.size() <= options.keep()
                    || point.equals(large)
                    || point.image().equals(latestImage)
                    || point.image().equals(record.restoring())) {
                stay.add(point);
            }
        }
        return stay;
    }

    /** Deletes a snapshot that was kept by us. */
    void drop(String namespace, String image) {
        VolumeSnapshot old = side.api().get(VolumeSnapshot.class, namespace, image);
        if (old != null && Names.isOurs(old)) {
            side.api().delete(old);
        }
    }

    /** The largest earlier point, if the newest is much smaller than it, or empty where the size of an earlier one is not known; else null. */
    static SiteRecord.@Nullable Point shrunkFrom(List<SiteRecord.Point> points, double share) {
        Long newest = points.isEmpty() ? null : points.get(0).bytes();
        SiteRecord.Point largest = largest(points);
        if (newest == null || largest == null) {
            return null;
        }
        if (isShrunk(value(largest.bytes()), newest, share)) {
            return largest;
        }
        return newest > 0
                ? null
                : points.stream()
                        .filter(point -> point.bytes() == null)
                        .findFirst()
                        .orElse(null);
    }

    /** Of those whose size is known; null when there is none. */
    static SiteRecord.@Nullable Point largest(List<SiteRecord.Point> points) {
        return points.stream()
                .filter(point -> point.bytes() != null)
                .max(Comparator.comparingLong(point -> value(point.bytes())))
                .orElse(null);
    }

    static boolean isShrunk(long before, long now, double share) {
        return before > 0 && (now == 0 || now < before * share);
    }

    private static long value(@Nullable Long bytes) {
        return bytes == null ? 0 : bytes;
    }
}
