package io.drkit.volsync;

import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.VolumeSnapshot;
import io.drkit.volume.Claim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.TypedLocalObjectReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Creates claims at a site: the destination's after the source's, and one made of a snapshot. */
final class ClaimMaker {

    private final Side side;

    ClaimMaker(Side side) {
        this.side = side;
    }

    /** Creates the destination's claim unless there is one, as large as the source's and with its labels. Returns whether this did. */
    boolean createLike(PersistentVolumeClaim model, List<String> accessModes) {
        Map<String, String> labels =
                new HashMap<>(Objects.requireNonNullElse(model.getMetadata().getLabels(), Map.of()));
        labels.putAll(Names.OURS);
        return side.api()
                .create(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName(model.getMetadata().getName())
                        .withNamespace(model.getMetadata().getNamespace())
                        .withLabels(labels)
                        .addToAnnotations(Names.CLAIM, model.getMetadata().getName())
                        .endMetadata()
                        .withNewSpec()
                        .withAccessModes(accessModes.isEmpty() ? model.getSpec().getAccessModes() : accessModes)
                        .withVolumeMode(model.getSpec().getVolumeMode())
                        .withStorageClassName(side.site().storageClass())
                        .withNewResources()
                        .addToRequests("storage", size(model))
                        .endResources()
                        .endSpec()
                        .build());
    }

    /** @throws UnsafeToProceedException when it is smaller than what is to come into it */
    void requireLargeEnough(PersistentVolumeClaim destination, PersistentVolumeClaim source) {
        if (size(destination).getNumericalAmount().compareTo(size(source).getNumericalAmount()) < 0) {
            throw new UnsafeToProceedException("Claim "
                    + destination.getMetadata().getName() + " in namespace "
                    + destination.getMetadata().getNamespace() + " at " + side.name() + " has " + size(destination)
                    + ", and the source's has " + size(source) + ": enlarge it.");
        }
    }

    /** Creates a claim of a snapshot's content, to be read from in a failover; nothing when it is there already. */
    void createOf(VolumeSnapshot snapshot, Claim claim, Claim restored, PersistentVolumeClaim model) {
        Quantity least = restoreSize(snapshot);
        Quantity size = size(model);
        side.api()
                .create(new PersistentVolumeClaimBuilder()
                        .withMetadata(Names.meta(claim, restored.name()))
                        .withNewSpec()
                        .withAccessModes(model.getSpec().getAccessModes())
                        .withVolumeMode(model.getSpec().getVolumeMode())
                        .withStorageClassName(model.getSpec().getStorageClassName())
                        .withDataSource(new TypedLocalObjectReference(
                                VolumeSnapshot.GROUP,
                                "VolumeSnapshot",
                                snapshot.getMetadata().getName()))
                        .withNewResources()
                        .addToRequests("storage", isMore(least, size) ? Objects.requireNonNull(least) : size)
                        .endResources()
                        .endSpec()
                        .build());
    }

    private static boolean isMore(@Nullable Quantity one, Quantity other) {
        return one != null && one.getNumericalAmount().compareTo(other.getNumericalAmount()) > 0;
    }

    private static @Nullable Quantity restoreSize(VolumeSnapshot snapshot) {
        String size = snapshot.getStatus() == null ? null : snapshot.getStatus().restoreSize();
        return size == null ? null : Quantity.parse(size);
    }

    /** What it has, or what it asks for while it is not bound. */
    static Quantity size(PersistentVolumeClaim claim) {
        Quantity has = claim.getStatus() == null || claim.getStatus().getCapacity() == null
                ? null
                : claim.getStatus().getCapacity().get("storage");
        return has == null
                ? Objects.requireNonNull(
                        claim.getSpec().getResources().getRequests().get("storage"))
                : has;
    }
}
