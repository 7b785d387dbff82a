package io.drkit.volsync;

import static io.drkit.volsync.SiteView.isBound;
import static io.drkit.volsync.SiteView.isGoing;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.TypedLocalObjectReference;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Plays a CSI driver, its snapshotter and Kubernetes' protection of claims in use: folders for claims and snapshots. What cannot be provided stays as it is,
 * Pending or with an error, as it would really.
 */
final class StandInStorage {

    private static final String PROTECTION = "kubernetes.io/pvc-protection";
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final StandInSite site;

    StandInStorage(StandInSite site) {
        this.site = site;
    }

    void tick(SiteView view) {
        Set<String> mounted = view.mounted();
        view.snapshots().values().forEach(snapshot -> site.attempt(() -> snapshot(view, snapshot)));
        view.claims()
                .values()
                .forEach(claim -> site.attempt(() -> {
                    if (isGoing(claim)) {
                        unprotect(claim, mounted);
                    } else if (!isBound(claim)) {
                        bind(view, claim, mounted);
                    }
                }));
        removeFolders(view);
    }

    private void snapshot(SiteView view, GenericKubernetesResource snapshot) {
        String uid = snapshot.getMetadata().getUid();
        if (isGoing(snapshot) || isReady(snapshot)) {
            return;
        }
        String named = snapshot.get("spec", "volumeSnapshotClassName");
        if (named != null
                && StandInResources.of(site.own(), StandInResources.SNAPSHOT_CLASSES)
                                .withName(named)
                                .get()
                        == null) {
            fail(snapshot, "Failed to get snapshot class: volumesnapshotclass \"" + named + "\" not found");
            return;
        }
        String name = snapshot.get("spec", "source", "persistentVolumeClaimName");
        PersistentVolumeClaim claim = name == null ? null : view.claims().get(name);
        if (claim == null || !isBound(claim)) {
            fail(snapshot, "Failed to create snapshot content: the claim " + name + " is not there or not bound");
            return;
        }
        site.folders().copy(claim.getMetadata().getUid(), uid);
        Map<String, Object> status = new TreeMap<>();
        status.put("boundVolumeSnapshotContentName", "snapcontent-" + uid);
        status.put("creationTime", site.timestamp());
        status.put("readyToUse", true);
        status.put("restoreSize", size(claim).toString());
        site.objects().writeStatus(snapshot, status);
    }

    private void fail(GenericKubernetesResource snapshot, String message) {
        if (!message.equals(snapshot.<String>get("status", "error", "message"))) {
            site.objects()
                    .writeStatus(
                            snapshot,
                            Map.of("readyToUse", false, "error", Map.of("message", message, "time", site.timestamp())));
        }
    }

    static boolean isReady(GenericKubernetesResource snapshot) {
        return Boolean.TRUE.equals(snapshot.<Boolean>get("status", "readyToUse"));
    }

    private void bind(SiteView view, PersistentVolumeClaim claim, Set<String> mounted) {
        String name = claim.getMetadata().getName();
        String uid = claim.getMetadata().getUid();
        String named = claim.getSpec().getStorageClassName();
        String chosen = named == null ? StandInResources.FAST : named;
        var storageClass =
                site.own().storage().v1().storageClasses().withName(chosen).get();
        if (storageClass == null
                || (!mounted.contains(name) && "WaitForFirstConsumer".equals(storageClass.getVolumeBindingMode()))
                || !fill(view, claim)) {
            pending(claim);
            return;
        }
        List<String> finalizers = new ArrayList<>(claim.getMetadata().getFinalizers());
        if (!finalizers.contains(PROTECTION)) {
            finalizers.add(PROTECTION);
        }
        site.own()
                .resource(new PersistentVolumeClaimBuilder(claim)
                        .editMetadata()
                        .withFinalizers(finalizers)
                        .endMetadata()
                        .editSpec()
                        .withStorageClassName(chosen)
                        .withVolumeName("pvc-" + uid)
                        .endSpec()
                        .build())
                .update();
        site.own()
                .resource(claim)
                .subresource("status")
                .patch(MERGE, "{\"status\":{\"phase\":\"Bound\",\"capacity\":{\"storage\":\"" + size(claim) + "\"}}}");
    }

    private void pending(PersistentVolumeClaim claim) {
        if (claim.getStatus() == null || claim.getStatus().getPhase() == null) {
            site.own().resource(claim).subresource("status").patch(MERGE, "{\"status\":{\"phase\":\"Pending\"}}");
        }
    }

    /** Returns false when what the claim shall hold is not there yet, or does not fit into it. */
    private boolean fill(SiteView view, PersistentVolumeClaim claim) {
        String uid = claim.getMetadata().getUid();
        TypedLocalObjectReference source = claim.getSpec().getDataSource();
        if (site.folders().has(uid)) {
            return true;
        }
        if (source == null) {
            if (claim.getSpec().getDataSourceRef() != null) {
                return false;
            }
            site.folders().create(uid);
            return true;
        }
        String from = origin(view, source, size(claim));
        if (from == null || !site.folders().has(from)) {
            return false;
        }
        site.folders().copy(from, uid);
        return true;
    }

    private static @Nullable String origin(SiteView view, TypedLocalObjectReference source, Quantity size) {
        if (source.getKind().equals("VolumeSnapshot")) {
            GenericKubernetesResource snapshot = view.snapshots().get(source.getName());
            if (snapshot == null || !isReady(snapshot)) {
                return null;
            }
            Quantity least = new Quantity(snapshot.<String>get("status", "restoreSize"));
            return isLess(size, least) ? null : snapshot.getMetadata().getUid();
        }
        PersistentVolumeClaim claim = view.claims().get(source.getName());
        return claim == null || !isBound(claim) || isLess(size, size(claim))
                ? null
                : claim.getMetadata().getUid();
    }

    private static boolean isLess(Quantity one, Quantity other) {
        return one.getNumericalAmount().compareTo(other.getNumericalAmount()) < 0;
    }

    static Quantity size(PersistentVolumeClaim claim) {
        Quantity size = claim.getSpec().getResources().getRequests().get("storage");
        return size == null ? new Quantity("1Mi") : size;
    }

    private void unprotect(PersistentVolumeClaim claim, Set<String> mounted) {
        if (claim.getMetadata().getFinalizers().contains(PROTECTION)
                && !mounted.contains(claim.getMetadata().getName())) {
            List<String> finalizers = new ArrayList<>(claim.getMetadata().getFinalizers());
            finalizers.remove(PROTECTION);
            site.own()
                    .resource(new PersistentVolumeClaimBuilder(claim)
                            .editMetadata()
                            .withFinalizers(finalizers)
                            .endMetadata()
                            .build())
                    .update();
        }
    }

    private void removeFolders(SiteView view) {
        Set<String> needed = new HashSet<>();
        view.claims().values().forEach(claim -> needed.add(claim.getMetadata().getUid()));
        view.snapshots()
                .values()
                .forEach(snapshot -> needed.add(snapshot.getMetadata().getUid()));
        for (String uid : site.folders().all()) {
            if (!needed.contains(uid)) {
                site.folders().delete(uid);
            }
        }
    }
}
