package io.drkit.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far the rollout of a workload is, as {@code kubectl rollout status} tells it.
 *
 * @param annotations of the template of its pods
 * @param obstacle why a change of the template would replace no pods, as the end of a sentence; empty when it would
 */
record RolloutState(Map<String, String> annotations, boolean isRolledOut, String obstacle) {

    private static final String ON_DELETE = "OnDelete";
    private static final String DELETE_THEM =
            "its pods are replaced only when they are deleted (OnDelete): delete them.";

    /** @throws IllegalArgumentException when it is no workload whose rollout can be told */
    static RolloutState of(HasMetadata workload) {
        if (workload instanceof Deployment it) {
            boolean paused = Boolean.TRUE.equals(it.getSpec().getPaused());
            return new RolloutState(
                    annotations(it.getSpec().getTemplate()),
                    isRolledOut(it),
                    paused ? "its rollout is paused: resume it (kubectl rollout resume)." : "");
        }
        if (workload instanceof StatefulSet it) {
            return new RolloutState(annotations(it.getSpec().getTemplate()), isRolledOut(it), obstacle(it.getSpec()));
        }
        if (workload instanceof DaemonSet it) {
            var strategy = it.getSpec().getUpdateStrategy();
            boolean onDelete = strategy != null && ON_DELETE.equals(strategy.getType());
            return new RolloutState(
                    annotations(it.getSpec().getTemplate()), isRolledOut(it), onDelete ? DELETE_THEM : "");
        }
        throw new IllegalArgumentException(workload.getKind());
    }

    private static Map<String, String> annotations(@Nullable PodTemplateSpec template) {
        ObjectMeta metadata = template == null ? null : template.getMetadata();
        Map<String, String> annotations = metadata == null ? null : metadata.getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    private static boolean isRolledOut(Deployment deployment) {
        DeploymentStatus status = deployment.getStatus();
        long wanted = wanted(deployment.getSpec().getReplicas());
        return status != null
                && isSeen(deployment, status.getObservedGeneration())
                && number(status.getUpdatedReplicas()) >= wanted
                && number(status.getReplicas()) <= number(status.getUpdatedReplicas())
                && number(status.getAvailableReplicas()) >= wanted;
    }

    private static boolean isRolledOut(StatefulSet set) {
        StatefulSetStatus status = set.getStatus();
        long wanted = wanted(set.getSpec().getReplicas());
        return status != null
                && isSeen(set, status.getObservedGeneration())
                && number(status.getUpdatedReplicas()) >= wanted
                && number(status.getReadyReplicas()) >= wanted;
    }

    private static String obstacle(StatefulSetSpec spec) {
        var strategy = spec.getUpdateStrategy();
        if (strategy == null) {
            return "";
        }
        if (ON_DELETE.equals(strategy.getType())) {
            return DELETE_THEM;
        }
        var rolling = strategy.getRollingUpdate();
        return rolling != null && number(rolling.getPartition()) > 0
                ? "a partition of its update strategy keeps some of its pods as they are: set it to 0."
                : "";
    }

    private static boolean isRolledOut(DaemonSet set) {
        DaemonSetStatus status = set.getStatus();
        return status != null
                && isSeen(set, status.getObservedGeneration())
                && number(status.getUpdatedNumberScheduled()) >= number(status.getDesiredNumberScheduled())
                && number(status.getNumberAvailable()) >= number(status.getDesiredNumberScheduled());
    }

    private static boolean isSeen(HasMetadata workload, @Nullable Long observed) {
        return number(observed) >= number(workload.getMetadata().getGeneration());
    }

    private static long wanted(@Nullable Integer replicas) {
        return Objects.requireNonNullElse(replicas, 1);
    }

    private static long number(@Nullable Number number) {
        return number == null ? 0 : number.longValue();
    }
}
