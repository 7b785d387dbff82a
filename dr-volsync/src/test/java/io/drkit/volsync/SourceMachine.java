package io.drkit.volsync;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import org.jspecify.annotations.Nullable;

/** A ReplicationSource: one moment of its claim, kept over retries, is pushed to an address. */
final class SourceMachine extends ReplicationMachine {

    SourceMachine(StandInSite site, SiteView view, GenericKubernetesResource source) {
        super(site, view, source);
    }

    @Override
    boolean synchronize() {
        PersistentVolumeClaim claim = requireClaim(object.get("spec", "sourcePVC"));
        String data = pointInTime(claim);
        if (data == null) {
            return false;
        }
        String secret = requireSecret();
        String address = object.get("spec", "rsyncTLS", "address");
        if (address == null) {
            throw new Refused("the stand-in plays no source that listens: spec.rsyncTLS.address is missing");
        }
        Number port = object.get("spec", "rsyncTLS", "port");
        return isDone("src", data, secret, address, port == null ? null : port.intValue());
    }

    /** The name of the claim to push; null while it is being made. */
    private @Nullable String pointInTime(PersistentVolumeClaim claim) {
        String method = object.get("spec", "rsyncTLS", "copyMethod");
        String name = "volsync-" + object.getMetadata().getName() + "-src";
        return switch (method == null ? "Snapshot" : method) {
            case "Direct", "None" -> claim.getMetadata().getName();
            case "Clone" ->
                copy(
                        claim,
                        name,
                        "",
                        "PersistentVolumeClaim",
                        claim.getMetadata().getName());
            case "Snapshot" -> {
                GenericKubernetesResource snapshot = view.snapshots().get(name);
                if (snapshot == null) {
                    site.objects()
                            .create(MoverJob.snapshot(
                                    object,
                                    name,
                                    claim.getMetadata().getName(),
                                    object.get("spec", "rsyncTLS", "volumeSnapshotClassName"),
                                    true));
                    yield null;
                }
                yield StandInStorage.isReady(snapshot) && !SiteView.isGoing(snapshot)
                        ? copy(claim, name, "snapshot.storage.k8s.io", "VolumeSnapshot", name)
                        : null;
            }
            default ->
                throw new Refused("unsupported copyMethod: " + method + " -- must be Direct, None, Clone, or Snapshot");
        };
    }

    private @Nullable String copy(PersistentVolumeClaim claim, String name, String group, String kind, String from) {
        PersistentVolumeClaim copy = view.claims().get(name);
        if (copy == null) {
            String storageClass = object.get("spec", "rsyncTLS", "storageClassName");
            site.objects()
                    .create(MoverJob.claim(
                            object,
                            name,
                            StandInStorage.size(claim).toString(),
                            storageClass == null ? claim.getSpec().getStorageClassName() : storageClass,
                            group,
                            kind,
                            from));
            return null;
        }
        return SiteView.isGoing(copy) ? null : name;
    }

    @Override
    void cleanUp() {
        deleteMarked();
        view.snapshots().values().stream().filter(this::isMarked).forEach(site.objects()::delete);
    }
}
