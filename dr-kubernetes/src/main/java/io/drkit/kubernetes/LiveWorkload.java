package io.drkit.kubernetes;

import io.drkit.workload.WorkloadKind;
import io.drkit.workload.WorkloadQuiescer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the five kinds of workload have in common, of one as it was read.
 *
 * @param replicas what it shall have; of a CronJob 1, and 0 when it is suspended
 * @param pods the specification of the pods it makes
 * @param claimPrefixes of a StatefulSet, what the names of the claims it makes begin with, before the ordinal
 * @param settled whether its controller has seen what it shall have, and has no pods (or jobs) left: a pod that it would yet make from what it saw
 *     before is then ruled out
 * @param paused whether its rollout is paused, as a Deployment's can be
 * @param deletesClaims whether scaling it down deletes the claims that it made, as a StatefulSet can be told to
 */
record LiveWorkload(
        WorkloadKind kind,
        ObjectMeta metadata,
        int replicas,
        @Nullable PodSpec pods,
        List<String> claimPrefixes,
        boolean settled,
        boolean paused,
        boolean deletesClaims) {

    private static final Pattern ORDINAL = Pattern.compile("[0-9]+");

    /** @throws IllegalArgumentException when it is none of the five kinds */
    static LiveWorkload of(HasMetadata object) {
        ObjectMeta metadata = object.getMetadata();
        if (object instanceof Deployment it) {
            LiveWorkload scaled = scaled(
                    WorkloadKind.DEPLOYMENT,
                    metadata,
                    it.getSpec().getReplicas(),
                    it.getSpec().getTemplate(),
                    it.getStatus() == null ? null : it.getStatus().getObservedGeneration(),
                    it.getStatus() == null ? null : it.getStatus().getReplicas());
            return scaled.with(List.of(), Boolean.TRUE.equals(it.getSpec().getPaused()), false);
        }
        if (object instanceof StatefulSet it) {
            LiveWorkload scaled = scaled(
                    WorkloadKind.STATEFUL_SET,
                    metadata,
                    it.getSpec().getReplicas(),
                    it.getSpec().getTemplate(),
                    it.getStatus() == null ? null : it.getStatus().getObservedGeneration(),
                    it.getStatus() == null ? null : it.getStatus().getReplicas());
            var retention = it.getSpec().getPersistentVolumeClaimRetentionPolicy();
            List<String> prefixes = it.getSpec().getVolumeClaimTemplates().stream()
                    .map(template -> template.getMetadata().getName() + "-" + metadata.getName() + "-")
                    .toList();
            return scaled.with(
                    prefixes,
                    false,
                    !prefixes.isEmpty() && retention != null && "Delete".equals(retention.getWhenScaled()));
        }
        if (object instanceof ReplicaSet it) {
            return scaled(
                    WorkloadKind.REPLICA_SET,
                    metadata,
                    it.getSpec().getReplicas(),
                    it.getSpec().getTemplate(),
                    it.getStatus() == null ? null : it.getStatus().getObservedGeneration(),
                    it.getStatus() == null ? null : it.getStatus().getReplicas());
        }
        if (object instanceof ReplicationController it) {
            return scaled(
                    WorkloadKind.REPLICATION_CONTROLLER,
                    metadata,
                    it.getSpec().getReplicas(),
                    it.getSpec().getTemplate(),
                    it.getStatus() == null ? null : it.getStatus().getObservedGeneration(),
                    it.getStatus() == null ? null : it.getStatus().getReplicas());
        }
        if (object instanceof CronJob it) {
            boolean suspended = Boolean.TRUE.equals(it.getSpec().getSuspend());
            PodTemplateSpec template = it.getSpec().getJobTemplate().getSpec().getTemplate();
            boolean idle = it.getStatus() == null || it.getStatus().getActive().isEmpty();
            return new LiveWorkload(
                    WorkloadKind.CRON_JOB,
                    metadata,
                    suspended ? 0 : 1,
                    template.getSpec(),
                    List.of(),
                    idle,
                    false,
                    false);
        }
        throw new IllegalArgumentException(object.getKind() + " is no workload that can be quiesced.");
    }

    private static LiveWorkload scaled(
            WorkloadKind kind,
            ObjectMeta metadata,
            @Nullable Integer replicas,
            @Nullable PodTemplateSpec template,
            @Nullable Long observedGeneration,
            @Nullable Integer present) {
        boolean seen = metadata.getGeneration() == null
                || (observedGeneration != null && observedGeneration >= metadata.getGeneration());
        return new LiveWorkload(
                kind,
                metadata,
                replicas == null ? 1 : replicas, // the API's default
                template == null ? null : template.getSpec(),
                List.of(),
                seen && (present == null || present == 0),
                false,
                false);
    }

    private LiveWorkload with(List<String> prefixes, boolean paused, boolean deletesClaims) {
        return new LiveWorkload(kind, metadata, replicas, pods, prefixes, settled, paused, deletesClaims);
    }

    String name() {
        return metadata.getName();
    }

    @Nullable OwnerReference controller() {
        return Mounts.controller(metadata);
    }

    /** The claims that its template names. */
    SortedSet<String> mounts() {
        return new TreeSet<>(Mounts.of(pods));
    }

    /** Which of these claims the pods that it makes mount, or would. */
    SortedSet<String> mounts(SortedSet<String> claims) {
        SortedSet<String> mounted = new TreeSet<>(Mounts.of(pods));
        mounted.retainAll(claims);
        for (String claim : claims) {
            for (String prefix : claimPrefixes) {
                if (claim.startsWith(prefix)
                        && ORDINAL.matcher(claim.substring(prefix.length())).matches()) {
                    mounted.add(claim);
                }
            }
        }
        return mounted;
    }

    /** The annotation that remembers what it goes back to. */
    String memory() {
        return kind == WorkloadKind.CRON_JOB ? WorkloadQuiescer.SUSPENDED_BEFORE : WorkloadQuiescer.REPLICAS_BEFORE;
    }

    boolean isRemembered() {
        return annotation(memory()) != null;
    }

    /** What it goes back to; empty when nothing is remembered, or nothing that makes sense. */
    OptionalInt before() {
        String value = String.valueOf(annotation(memory()));
        if (kind == WorkloadKind.CRON_JOB) {
            return value.equals("false") ? OptionalInt.of(1) : OptionalInt.empty();
        }
        try {
            int replicas = Integer.parseInt(value);
            return replicas > 0 ? OptionalInt.of(replicas) : OptionalInt.empty();
        } catch (NumberFormatException e) {
            return OptionalInt.empty();
        }
    }

    /** The claims it was quiesced for. Where somebody removed the list, those that it mounts by its template. */
    SortedSet<String> quiescedFor(SortedSet<String> claims) {
        String list = annotation(WorkloadQuiescer.QUIESCED_FOR);
        if (!isRemembered()) {
            return Collections.emptySortedSet();
        }
        return list == null || list.isBlank() ? mounts(claims) : new TreeSet<>(Arrays.asList(list.split(",", -1)));
    }

    @Nullable String annotation(String name) {
        Map<String, String> annotations = metadata.getAnnotations();
        return annotations == null ? null : annotations.get(name);
    }

    /** {@code Deployment shop}, say. */
    @Override
    public String toString() {
        return kind.kind() + " " + name();
    }
}
