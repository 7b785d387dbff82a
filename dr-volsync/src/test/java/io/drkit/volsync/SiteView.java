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

    static SiteView read(KubernetesClient client, String namespace) {
        return new SiteView(
                client.pods().inNamespace(namespace).list().getItems(),
                client.secrets().inNamespace(namespace).list().getItems(),
                byName(client.services().inNamespace(namespace).list().getItems()),
                byName(StandInResources.of(client, StandInResources.SNAPSHOTS)
                        .inNamespace(namespace)
                        .list()
                        .getItems()),
                byName(client.persistentVolumeClaims()
                        .inNamespace(namespace)
                        .list()
                        .getItems()),
                byName(client.batch().v1().jobs().inNamespace(namespace).list().getItems()),
                StandInResources.of(client, StandInResources.SOURCES)
                        .inNamespace(namespace)
                        .list()
                        .getItems(),
                StandInResources.of(client, StandInResources.DESTINATIONS)
                        .inNamespace(namespace)
                        .list()
                        .getItems());
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
