package io.drkit.volsync;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a namespace held when it was read: all that the fixture's controllers act on. Owners are read after what they own, so that nobody is taken for an
 * orphan whose owner was made meanwhile.
 */
record SiteView(
        List<Pod> pods,
        List<Secret> secrets,
        Map<String, Service> services,
        Map<String, GenericKubernetesResource> snapshots,
        Map<String, PersistentVolumeClaim> claims,
        Map<String, Job> jobs,
        List<GenericKubernetesResource> sources,
        List<GenericKubernetesResource> destinations) {

    private static final SiteView EMPTY =
            new SiteView(List.of(), List.of(), Map.of(), Map.of(), Map.of(), Map.of(), List.of(), List.of());

    static SiteView read(KubernetesClient client, String namespace) {
        return EMPTY.refreshed(client, namespace, Written.KINDS);
    }

    /** This, with kinds of which something was written read again. */
    SiteView refreshed(KubernetesClient client, String namespace, Set<String> kinds) {
        return new SiteView(
                kinds.contains("pods")
                        ? client.pods().inNamespace(namespace).list().getItems()
                        : pods,
                kinds.contains("secrets")
                        ? client.secrets().inNamespace(namespace).list().getItems()
                        : secrets,
                kinds.contains("services")
                        ? byName(client.services().inNamespace(namespace).list().getItems())
                        : services,
                kinds.contains("volumesnapshots")
                        ? byName(custom(client, StandInResources.SNAPSHOTS, namespace))
                        : snapshots,
                kinds.contains("persistentvolumeclaims")
                        ? byName(client.persistentVolumeClaims()
                                .inNamespace(namespace)
                                .list()
                                .getItems())
                        : claims,
                kinds.contains("jobs")
                        ? byName(client.batch()
                                .v1()
                                .jobs()
                                .inNamespace(namespace)
                                .list()
                                .getItems())
                        : jobs,
                kinds.contains("replicationsources") ? custom(client, StandInResources.SOURCES, namespace) : sources,
                kinds.contains("replicationdestinations")
                        ? custom(client, StandInResources.DESTINATIONS, namespace)
                        : destinations);
    }

    private static List<GenericKubernetesResource> custom(
            KubernetesClient client, ResourceDefinitionContext kind, String namespace) {
        return StandInResources.of(client, kind).inNamespace(namespace).list().getItems();
    }

    /** The claims that pods mount which are not finished. */
    Set<String> mounted() {
        return pods.stream()
                .filter(pod -> !isFinished(pod))
                .flatMap(pod -> mounts(pod).stream())
                .collect(Collectors.toSet());
    }

    @Nullable Pod podOf(Job job) {
        return pods.stream()
                .filter(pod -> isOwnedBy(pod, job) && !isGoing(pod))
                .findFirst()
                .orElse(null);
    }

    static List<String> mounts(Pod pod) {
        return pod.getSpec().getVolumes().stream()
                .filter(volume -> volume.getPersistentVolumeClaim() != null)
                .map(volume -> volume.getPersistentVolumeClaim().getClaimName())
                .toList();
    }

    static boolean isFinished(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    static boolean isGoing(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }

    static boolean isOwnedBy(HasMetadata object, HasMetadata owner) {
        return object.getMetadata().getOwnerReferences().stream()
                .map(OwnerReference::getUid)
                .anyMatch(owner.getMetadata().getUid()::equals);
    }

    static boolean isBound(PersistentVolumeClaim claim) {
        return claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
    }

    static @Nullable String label(HasMetadata object, String key) {
        Map<String, String> labels = object.getMetadata().getLabels();
        return labels == null ? null : labels.get(key);
    }

    static @Nullable String annotation(HasMetadata object, String key) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(key);
    }

    private static <T extends HasMetadata> Map<String, T> byName(List<T> objects) {
        return objects.stream()
                .collect(Collectors.toMap(object -> object.getMetadata().getName(), Function.identity(), (a, b) -> b));
    }
}
