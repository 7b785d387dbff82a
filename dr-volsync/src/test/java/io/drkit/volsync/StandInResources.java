package io.drkit.volsync;

import io.drkit.volsync.resource.VolSync;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.Locale;

/**
 * What VolSync, a CSI driver and its snapshotter bring to a cluster, for one that has none of them: definitions that know no field and keep all, a node with
 * an address, and classes. What is there is left as it is.
 */
final class StandInResources {

    static final ResourceDefinitionContext SOURCES =
            kind(VolSync.GROUP, VolSync.VERSION, "ReplicationSource", "replicationsources", true);
    static final ResourceDefinitionContext DESTINATIONS =
            kind(VolSync.GROUP, VolSync.VERSION, "ReplicationDestination", "replicationdestinations", true);
    static final ResourceDefinitionContext SNAPSHOTS =
            kind("snapshot.storage.k8s.io", "v1", "VolumeSnapshot", "volumesnapshots", true);
    static final ResourceDefinitionContext SNAPSHOT_CLASSES =
            kind("snapshot.storage.k8s.io", "v1", "VolumeSnapshotClass", "volumesnapshotclasses", false);

    /** The class of claims that name none. */
    static final String FAST = "fast";

    /** A class whose claims wait for a pod before they are bound. */
    static final String LATE = "late";

    private static final String DRIVER = "stand-in.csi.drkit.io";

    /** The one node, which stand-in controllers run their pods on. */
    static final String NODE = "stand-in-node";

    private StandInResources() {}

    static MixedOperation<GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            of(KubernetesClient client, ResourceDefinitionContext kind) {
        return client.genericKubernetesResources(kind);
    }

    static void createMissing(KubernetesClient client, String nodeAddress) {
        for (ResourceDefinitionContext kind :
                new ResourceDefinitionContext[] {SOURCES, DESTINATIONS, SNAPSHOTS, SNAPSHOT_CLASSES}) {
            define(client, kind);
        }
        create(client, """
                apiVersion: v1
                kind: Node
                metadata: {name: stand-in-node}
                status:
                  addresses: [{type: InternalIP, address: %s}, {type: Hostname, address: stand-in-node}]
                  conditions: [{type: Ready, status: "True"}]
                """.formatted(nodeAddress));
        create(client, storageClass(FAST, "Immediate", true));
        create(client, storageClass(LATE, "WaitForFirstConsumer", false));
        var classes = of(client, SNAPSHOT_CLASSES);
        if (classes.withName("snap").get() == null) {
            classes.resource(client.getKubernetesSerialization()
                            .unmarshal("""
                            apiVersion: snapshot.storage.k8s.io/v1
                            kind: VolumeSnapshotClass
                            metadata:
                              name: snap
                              annotations: {snapshot.storage.kubernetes.io/is-default-class: "true"}
                            driver: %s
                            deletionPolicy: Delete
                            """.formatted(DRIVER), GenericKubernetesResource.class))
                    .create();
        }
    }

    private static void define(KubernetesClient client, ResourceDefinitionContext kind) {
        create(client, """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: %2$s.%1$s}
                spec:
                  group: %1$s
                  scope: %5$s
                  names: {kind: %3$s, plural: %2$s, singular: %6$s, listKind: %3$sList}
                  versions:
                  - name: %4$s
                    served: true
                    storage: true
                    subresources: {status: {}}
                    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                """.formatted(
                        kind.getGroup(),
                        kind.getPlural(),
                        kind.getKind(),
                        kind.getVersion(),
                        kind.isNamespaceScoped() ? "Namespaced" : "Cluster",
                        kind.getKind().toLowerCase(Locale.ROOT)));
    }

    private static String storageClass(String name, String mode, boolean usual) {
        return """
                apiVersion: storage.k8s.io/v1
                kind: StorageClass
                metadata:
                  name: %s
                  annotations: {storageclass.kubernetes.io/is-default-class: "%s"}
                provisioner: %s
                volumeBindingMode: %s
                """.formatted(name, usual, DRIVER, mode);
    }

    private static void create(KubernetesClient client, String manifest) {
        var resource = client.resource(manifest);
        if (resource.get() == null) {
            resource.create();
        }
    }

    private static ResourceDefinitionContext kind(
            String group, String version, String kind, String plural, boolean namespaced) {
        return new ResourceDefinitionContext.Builder()
                .withGroup(group)
                .withVersion(version)
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(namespaced)
                .build();
    }
}
