package io.drkit.volsync;

import static io.drkit.volsync.SiteView.annotation;
import static io.drkit.volsync.SiteView.isGoing;
import static io.drkit.volsync.SiteView.label;

import io.drkit.volsync.resource.VolSync;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A ReplicationDestination: listens for one push after the other, and keeps each complete one as a snapshot. */
final class DestinationMachine extends ReplicationMachine {

    private static final String SNAPSHOT_NAME = "volsync.backube/snapname";
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    DestinationMachine(StandInSite site, SiteView view, GenericKubernetesResource destination) {
        super(site, view, destination);
    }

    @Override
    void run() {
        ownSnapshots().stream()
                .filter(snapshot -> label(snapshot, VolSync.DO_NOT_DELETE) != null)
                .forEach(this::disown);
        super.run();
    }

    @Override
    boolean synchronize() {
        PersistentVolumeClaim claim = requireClaim(object.get("spec", "rsyncTLS", "destinationPVC"));
        String address = address();
        String secret = requireSecret();
        if (address == null) {
            status.remove("rsyncTLS");
            return false;
        }
        status.put(
                "rsyncTLS",
                object.get("spec", "rsyncTLS", "keySecret") == null
                        ? Map.of("address", address, "keySecret", secret)
                        : Map.of("address", address));
        if (!isDone("dst", claim.getMetadata().getName(), secret, null, null)) {
            return false;
        }
        Map<String, String> image = image(claim);
        if (image == null) {
            return false;
        }
        markOld(image);
        status.put("latestImage", image);
        return true;
    }

    private @Nullable String address() {
        String name = VolSync.service(object.getMetadata().getName());
        Service service = view.services().get(name);
        if (service == null) {
            String type = object.get("spec", "rsyncTLS", "serviceType");
            site.createService(object, type == null ? "ClusterIP" : type);
            return null;
        }
        return service.getSpec().getType().equals("LoadBalancer")
                ? StandInSite.ingress(service)
                : service.getSpec().getClusterIP();
    }

    /** Null while the snapshot is being taken. */
    private @Nullable Map<String, String> image(PersistentVolumeClaim claim) {
        String method = object.get("spec", "rsyncTLS", "copyMethod");
        String claimName = claim.getMetadata().getName();
        if (Objects.equals(method, "Direct") || Objects.equals(method, "None")) {
            return Map.of("apiGroup", "", "kind", "PersistentVolumeClaim", "name", claimName);
        }
        String name = annotation(claim, SNAPSHOT_NAME);
        if (name == null) {
            site.objects()
                    .merge(
                            claim,
                            "{\"metadata\":{\"annotations\":{\"" + SNAPSHOT_NAME + "\":\"" + free(claimName) + "\"}}}");
            return null;
        }
        GenericKubernetesResource snapshot = view.snapshots().get(name);
        if (snapshot == null) {
            site.objects()
                    .create(MoverJob.snapshot(
                            object, name, claimName, object.get("spec", "rsyncTLS", "volumeSnapshotClassName"), false));
            return null;
        }
        return snapshot.<String>get("status", "boundVolumeSnapshotContentName") == null
                ? null
                : Map.of("apiGroup", "snapshot.storage.k8s.io", "kind", "VolumeSnapshot", "name", name);
    }

    /** VolSync's name tells the second; tests sync several times in one, which would otherwise take the earlier snapshot for their own. */
    private String free(String claim) {
        String name = claim + "-" + STAMP.format(site.now());
        String free = name;
        for (int i = 2; view.snapshots().containsKey(free); i++) {
            free = name + "-" + i;
        }
        return free;
    }

    private void markOld(Map<String, String> image) {
        Map<String, String> old = object.get("status", "latestImage");
        if (old == null || !"VolumeSnapshot".equals(old.get("kind")) || old.equals(image)) {
            return;
        }
        GenericKubernetesResource snapshot = view.snapshots().get(old.get("name"));
        if (snapshot != null && label(snapshot, VolSync.DO_NOT_DELETE) == null) {
            site.objects()
                    .merge(snapshot, "{\"metadata\":{\"labels\":{\"" + VolSync.CLEANUP + "\":\"" + uid() + "\"}}}");
        }
    }

    @Override
    void cleanUp() {
        PersistentVolumeClaim claim =
                view.claims().get(String.valueOf(object.<String>get("spec", "rsyncTLS", "destinationPVC")));
        if (claim != null && annotation(claim, SNAPSHOT_NAME) != null) {
            site.objects().merge(claim, "{\"metadata\":{\"annotations\":{\"" + SNAPSHOT_NAME + "\":null}}}");
        }
        deleteMarked();
        for (GenericKubernetesResource snapshot : view.snapshots().values()) {
            if (isMarked(snapshot)) {
                if (label(snapshot, VolSync.DO_NOT_DELETE) == null) {
                    site.objects().deleteUnchanged(snapshot);
                } else {
                    disown(snapshot);
                }
            }
        }
    }

    private List<GenericKubernetesResource> ownSnapshots() {
        return view.snapshots().values().stream()
                .filter(snapshot -> !isGoing(snapshot) && SiteView.isOwnedBy(snapshot, object))
                .toList();
    }

    private void disown(GenericKubernetesResource snapshot) {
        List<OwnerReference> others = snapshot.getMetadata().getOwnerReferences().stream()
                .filter(owner -> !owner.getUid().equals(uid()))
                .toList();
        StandInResources.of(site.own(), StandInResources.SNAPSHOTS)
                .inNamespace(site.namespaceName())
                .resource(new GenericKubernetesResourceBuilder(snapshot)
                        .editMetadata()
                        .withOwnerReferences(others)
                        .removeFromLabels(VolSync.CLEANUP)
                        .removeFromLabels(MoverJob.CREATED_BY)
                        .endMetadata()
                        .build())
                .update();
    }
}
