package io.drkit.volsync.resource;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** VolSync's side that pushes a claim: once, on a schedule, or when {@link Trigger#manual} changes. */
@Group(VolSync.GROUP)
@Version(VolSync.VERSION)
public final class ReplicationSource extends CustomResource<ReplicationSource.Spec, ReplicationSource.Status>
        implements Namespaced {

    /** @param paused stops the mover where it is */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Spec(
            @Nullable String sourcePVC,
            @Nullable Trigger trigger,
            @Nullable Boolean paused,
            @Nullable RsyncTls rsyncTLS) {}

    /**
     * @param keySecret a Secret of the namespace whose {@code psk.txt} is {@code ID:HEX}
     * @param port 8000 by default
     * @param copyMethod how the moment that is pushed is held: {@code Snapshot}, {@code Clone}, {@code Direct}
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RsyncTls(
            @Nullable String keySecret,
            @Nullable String address,
            @Nullable Integer port,
            @Nullable String copyMethod,
            @Nullable String storageClassName,
            @Nullable List<String> accessModes,
            @Nullable String volumeSnapshotClassName,
            @Nullable PodSecurityContext moverSecurityContext) {}

    /**
     * @param lastSyncTime when the last complete sync ended
     * @param lastSyncStartTime when the sync under way began; absent when none is
     * @param lastSyncDuration of the last complete one, as Go writes durations
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Status(
            @Nullable String lastSyncTime,
            @Nullable String lastSyncStartTime,
            @Nullable String lastSyncDuration,
            @Nullable String nextSyncTime,
            @Nullable String lastManualSync,
            @Nullable MoverStatus latestMoverStatus,
            @Nullable List<Condition> conditions) {}
}
