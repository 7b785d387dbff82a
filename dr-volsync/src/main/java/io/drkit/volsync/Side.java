package io.drkit.volsync;

import io.drkit.UnsafeToProceedException;
import io.drkit.kubernetes.KubernetesQuiescer;
import io.drkit.kubernetes.SiteApi;
import io.drkit.volume.Claim;
import io.drkit.workload.Claims;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One site's API, as the files around it need it: reading by name, creating and removing what is ours, and who uses a claim. */
final class Side {

    private final VolSyncSite site;
    private final SiteApi api;
    private final KubernetesQuiescer workloads;
    private final Waiting waiting;
    private final Duration timeout;

    Side(VolSyncSite site, VolSyncOptions options) {
        this.site = site;
        this.api = new SiteApi(site.client());
        this.workloads = new KubernetesQuiescer(site.client());
        this.waiting = new Waiting(options.poll());
        this.timeout = options.setUpTimeout();
    }

    VolSyncSite site() {
        return site;
    }

    SiteApi api() {
        return api;
    }

    Waiting waiting() {
        return waiting;
    }

    /** How long what is set up or taken down is waited for. */
    Duration timeout() {
        return timeout;
    }

    String name() {
        return site.name();
    }

    @Nullable PersistentVolumeClaim claim(Claim claim) {
        return api.get(PersistentVolumeClaim.class, claim.namespace(), claim.name());
    }

    /** @throws UnsafeToProceedException when it is not there, or is about to go */
    PersistentVolumeClaim existing(Claim claim) {
        PersistentVolumeClaim found = claim(claim);
        if (found == null) {
            throw new UnsafeToProceedException("The " + claim + " does not exist at " + name() + ": is it misspelt?");
        }
        if (found.getMetadata().getDeletionTimestamp() != null) {
            throw new UnsafeToProceedException("The " + claim + " at " + name()
                    + " is being deleted, and goes with its data as soon as no pod mounts it.");
        }
        return found;
    }

    /** @throws UnsafeToProceedException when something of that name is there that DrKit did not create */
    void requireOurs(HasMetadata object) {
        if (!Names.isOurs(object)) {
            throw new UnsafeToProceedException(
                    object.getKind() + " " + object.getMetadata().getName() + " in namespace "
                            + object.getMetadata().getNamespace() + " at " + name()
                            + " was not made by DrKit, and was left as it is: delete it, or hand it over with the label "
                            + "app.kubernetes.io/managed-by=drkit.");
        }
    }

    /** @throws UnsafeToProceedException when pods mount the claim, or workloads are to, replication's own aside */
    void requireUnused(Claim claim) {
        List<String> users =
                workloads.look(Claims.named(claim.namespace(), claim.name())).users();
        if (!users.isEmpty()) {
            throw new UnsafeToProceedException("The " + claim + " at " + name() + " is in use by "
                    + String.join(", ", users) + ", and replication is about to write to it: stop that first.");
        }
    }

    /**
     * Waits until no mover of one job of VolSync's mounts any of these claims, also after the job itself is gone.
     *
     * @param job whose: the name that VolSync gives it
     */
    void awaitNoMover(String job, String namespace, Set<String> claims) {
        waiting.until(
                timeout,
                () -> movers(job, namespace, claims).isEmpty() ? true : null,
                () -> "VolSync's movers still mount claims " + claims + " at " + name() + ": "
                        + movers(job, namespace, claims) + ". Look at why, and run it again.");
    }

    private List<String> movers(String job, String namespace, Set<String> claims) {
        return api.list("pods", namespace, api.client().pods().inNamespace(namespace)).stream()
                .filter(pod -> !isOver(pod) && isOf(pod, job) && mounts(pod, claims))
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    private static boolean isOf(Pod pod, String job) {
        return pod.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner ->
                        owner.getKind().equals("Job") && owner.getName().equals(job));
    }

    private static boolean isOver(Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Succeeded".equals(phase) || "Failed".equals(phase);
    }

    private static boolean mounts(Pod pod, Set<String> claims) {
        return pod.getSpec().getVolumes().stream()
                .anyMatch(volume -> volume.getPersistentVolumeClaim() != null
                        && claims.contains(volume.getPersistentVolumeClaim().getClaimName()));
    }

    /** Removes something of ours, and waits until it is gone; nothing when it is not there, or not ours. */
    <T extends HasMetadata> void remove(Class<T> type, String namespace, String name) {
        waiting.until(
                timeout,
                () -> {
                    T object = api.get(type, namespace, name);
                    if (object == null || !Names.isOurs(object)) {
                        return true;
                    }
                    if (object.getMetadata().getDeletionTimestamp() == null) {
                        api.delete(object);
                    }
                    return null;
                },
                () -> HasMetadata.getKind(type) + " " + name + " in namespace " + namespace + " at " + name()
                        + " is still there, though deleted: a finalizer holds it. Look at why, and run it again.");
    }
}
