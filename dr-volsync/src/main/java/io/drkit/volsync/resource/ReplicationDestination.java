package io.drkit.volsync.resource;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.TypedLocalObjectReference;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** VolSync's side that receives: without a trigger it listens again as soon as a push has ended. */
@Group(VolSync.GROUP)
@Version(VolSync.VERSION)
public final class ReplicationDestination
        extends CustomResource<ReplicationDestination.Spec, ReplicationDestination.Status> implements Namespaced {

    /** @param paused stops the mover where it is */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Spec(
            @Nullable Trigger trigger,
            @Nullable Boolean paused,
            @Nullable RsyncTls rsyncTLS) {}

    /**
     * @param keySecret a Secret of the namespace whose {@code psk.txt} is {@code ID:HEX}
     * @param serviceType {@code LoadBalancer}, {@code NodePort} or {@code ClusterIP}
     * @param copyMethod {@code Snapshot} keeps each complete push as a VolumeSnapshot; {@code Direct} does not
     * @param destinationPVC the claim that is written to
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RsyncTls(
            @Nullable String keySecret,
            @Nullable String serviceType,
            @Nullable String copyMethod,
            @Nullable String destinationPVC,
            @Nullable String volumeSnapshotClassName,
            @Nullable PodSecurityContext moverSecurityContext) {}

    /**
     * @param lastSyncTime when the last complete push had been received and kept
     * @param lastSyncStartTime when it began to listen for the next
     * @param latestImage what the last complete push was kept as
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Status(
            @Nullable String lastSyncTime,
            @Nullable String lastSyncStartTime,
            @Nullable String lastSyncDuration,
            @Nullable String lastManualSync,
            @Nullable TypedLocalObjectReference latestImage,
            @Nullable Listening rsyncTLS,
            @Nullable MoverStatus latestMoverStatus,
            @Nullable List<Condition> conditions) {}

    /** @param address of the Service: for NodePort its cluster IP, which nobody outside can use */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Listening(
            @Nullable String address, @Nullable String keySecret) {}
}
