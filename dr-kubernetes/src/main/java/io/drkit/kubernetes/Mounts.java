package io.drkit.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which claims a pod mounts, and who made it. */
final class Mounts {

    private Mounts() {}

    /** The claims that pods of this specification mount, by name. */
    static Set<String> of(@Nullable PodSpec pods) {
        Set<String> claims = new TreeSet<>();
        if (pods != null) {
            for (Volume volume : pods.getVolumes()) {
                if (volume.getPersistentVolumeClaim() != null) {
                    claims.add(volume.getPersistentVolumeClaim().getClaimName());
                }
            }
        }
        return claims;
    }

    /**
     * The claims that a pod mounts now, read-only ones too. A finished pod (Succeeded, Failed) mounts none: its containers write no more. A
     * terminating one mounts them until it is gone, for kubelet removes a pod only after it has unmounted its volumes; and so does one that waits
     * for a node, for it would start.
     */
    static Set<String> of(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        if ("Succeeded".equals(phase) || "Failed".equals(phase)) {
            return Set.of();
        }
        Set<String> claims = of(pod.getSpec());
        for (Volume volume : pod.getSpec().getVolumes()) {
            if (volume.getEphemeral() != null) {
                claims.add(pod.getMetadata().getName() + "-" + volume.getName());
            }
        }
        return claims;
    }

    static boolean isTerminating(ObjectMeta metadata) {
        return metadata.getDeletionTimestamp() != null;
    }

    /** The owner that made an object and keeps it as it is. */
    static @Nullable OwnerReference controller(ObjectMeta metadata) {
        for (OwnerReference owner : metadata.getOwnerReferences()) {
            if (Boolean.TRUE.equals(owner.getController())) {
                return owner;
            }
        }
        return null;
    }

    /** {@code Rollout shop (argoproj.io/v1alpha1)}, say. */
    static String describe(OwnerReference owner) {
        return owner.getKind() + " " + owner.getName() + " (" + owner.getApiVersion() + ")";
    }
}
