package io.drkit.volsync.resource;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A CSI snapshot of a claim. */
@Group(VolumeSnapshot.GROUP)
@Version("v1")
public final class VolumeSnapshot extends CustomResource<VolumeSnapshot.Spec, VolumeSnapshot.Status>
        implements Namespaced {

    public static final String GROUP = "snapshot.storage.k8s.io";

    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Spec(@Nullable Source source, @Nullable String volumeSnapshotClassName) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Source(@Nullable String persistentVolumeClaimName) {}

    /** @param restoreSize the least size of a claim that is made of it, as a Kubernetes quantity */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Status(
            @Nullable String boundVolumeSnapshotContentName,
            @Nullable String creationTime,
            @Nullable Boolean readyToUse,
            @Nullable String restoreSize) {}
}
