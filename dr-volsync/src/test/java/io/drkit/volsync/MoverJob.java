package io.drkit.volsync;

import io.drkit.volsync.resource.VolSync;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import org.jspecify.annotations.Nullable;

/** Manifests of what VolSync makes for a resource of its own, so that others see it in the API as they would really. */
final class MoverJob {

    static final String CREATED_BY = "app.kubernetes.io/created-by";

    private MoverJob() {}

    /** @param address where to push to; null for a mover that listens */
    static String job(
            GenericKubernetesResource owner,
            String direction,
            String claim,
            String secret,
            boolean paused,
            @Nullable String address,
            @Nullable Integer port) {
        String env = address == null
                ? ""
                : "{name: DESTINATION_ADDRESS, value: \"" + address + "\"}"
                        + (port == null ? "" : ", {name: DESTINATION_PORT, value: \"" + port + "\"}");
        return """
                apiVersion: batch/v1
                kind: Job
                %s
                spec:
                  backoffLimit: 2
                  parallelism: %d
                  template:
                    metadata:
                      labels: {app.kubernetes.io/created-by: volsync, %s}
                    spec:
                      restartPolicy: Never
                      terminationGracePeriodSeconds: 1
                      containers:
                      - name: rsync-tls
                        image: volsync-mover
                        env: [%s]
                        volumeMounts: [{name: data, mountPath: /data}, {name: keys, mountPath: /keys}]
                      volumes:
                      - {name: data, persistentVolumeClaim: {claimName: "%s"}}
                      - {name: keys, secret: {secretName: "%s"}}
                """.formatted(
                        metadata(owner, name(owner, direction), true),
                        paused ? 0 : 1,
                        selector(owner, direction),
                        env,
                        claim,
                        secret);
    }

    static String name(GenericKubernetesResource owner, String direction) {
        return "volsync-rsync-tls-" + direction + "-" + owner.getMetadata().getName();
    }

    /** A claim from a snapshot or another claim. */
    static String claim(
            GenericKubernetesResource owner,
            String name,
            String size,
            @Nullable String storageClass,
            String group,
            String kind,
            String from) {
        return """
                apiVersion: v1
                kind: PersistentVolumeClaim
                %s
                spec:
                  accessModes: [ReadWriteOnce]
                  resources: {requests: {storage: "%s"}}
                  %s
                  dataSource: {%s kind: %s, name: "%s"}
                """.formatted(
                        metadata(owner, name, true),
                        size,
                        storageClass == null ? "" : "storageClassName: \"" + storageClass + "\"",
                        group.isEmpty() ? "" : "apiGroup: " + group + ",",
                        kind,
                        from);
    }

    static String snapshot(
            GenericKubernetesResource owner, String name, String claim, @Nullable String type, boolean temporary) {
        return """
                apiVersion: snapshot.storage.k8s.io/v1
                kind: VolumeSnapshot
                %s
                spec:
                  source: {persistentVolumeClaimName: "%s"}
                  %s
                """.formatted(
                        metadata(owner, name, temporary),
                        claim,
                        type == null ? "" : "volumeSnapshotClassName: \"" + type + "\"");
    }

    /** With the addresses that an API server gives it at once. */
    static String service(GenericKubernetesResource owner, String type, String clusterIp, int nodePort) {
        return """
                apiVersion: v1
                kind: Service
                %s
                spec:
                  type: %s
                  clusterIP: %s
                  clusterIPs: [%s]
                  selector: {%s}
                  ports: [{name: rsync-tls, port: %d, targetPort: %d, protocol: TCP%s}]
                """.formatted(
                        metadata(owner, name(owner, "dst"), false),
                        type,
                        clusterIp,
                        clusterIp,
                        selector(owner, "dst"),
                        VolSync.PORT,
                        VolSync.PORT,
                        type.equals("ClusterIP") ? "" : ", nodePort: " + nodePort);
    }

    static String secret(GenericKubernetesResource owner, String name, String psk) {
        return """
                apiVersion: v1
                kind: Secret
                %s
                stringData: {psk.txt: "%s"}
                """.formatted(metadata(owner, name, false), psk);
    }

    private static String metadata(GenericKubernetesResource owner, String name, boolean temporary) {
        String cleanup = temporary
                ? ", " + VolSync.CLEANUP + ": \"" + owner.getMetadata().getUid() + "\""
                : "";

        return """
                metadata:
                  name: "%s"
                  labels: {app.kubernetes.io/created-by: volsync%s}
                  ownerReferences:
                  - {apiVersion: %s, kind: %s, name: "%s", uid: "%s", controller: true, blockOwnerDeletion: true}
                """.formatted(
                name,
                cleanup,
                owner.getApiVersion(),
                owner.getKind(),
                owner.getMetadata().getName(),
                owner.getMetadata().getUid()).stripTrailing();
    }

    private static String selector(GenericKubernetesResource owner, String direction) {
        return "app.kubernetes.io/name: \"" + direction + "-"
                + owner.getMetadata().getName()
                + "\", app.kubernetes.io/component: rsync-tls-mover, app.kubernetes.io/part-of: volsync";
    }
}
