package io.drkit.volsync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Map;

/** Writes of the fixture's controllers to a namespace, each refused by the API with 409 when somebody has written since what it acts on was read. */
final class SiteObjects {

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient own;
    private final String namespace;

    SiteObjects(KubernetesClient own, String namespace) {
        this.own = own;
        this.namespace = namespace;
    }

    void create(String manifest) {
        HasMetadata object = own.getKubernetesSerialization().unmarshal(manifest);
        resource(object).create();
    }

    /** A merge patch of what was read, unless somebody has written since. */
    void merge(HasMetadata read, String patch) {
        ObjectNode node = own.getKubernetesSerialization().unmarshal(patch, ObjectNode.class);
        node.withObject("/metadata").put("resourceVersion", read.getMetadata().getResourceVersion());
        resource(read).patch(MERGE, node.toString());
    }

    /**
     * Replaces the status of what was read, unless somebody has written since. By a patch that brings the version along, for the mock server checks none
     * when a status is put.
     */
    void writeStatus(HasMetadata read, Map<String, Object> status) {
        List<Map<String, Object>> patch = List.of(
                Map.of(
                        "op", "replace",
                        "path", "/metadata/resourceVersion",
                        "value", read.getMetadata().getResourceVersion()),
                Map.of("op", "add", "path", "/status", "value", status));
        resource(read)
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON),
                        own.getKubernetesSerialization().asJson(patch));
    }

    void delete(HasMetadata object) {
        resource(object).delete();
    }

    void deleteUnchanged(HasMetadata read) {
        HasMetadata now = resource(read).get();
        if (now != null
                && now.getMetadata()
                        .getResourceVersion()
                        .equals(read.getMetadata().getResourceVersion())) {
            delete(read);
        } else {
            throw new KubernetesClientException("Somebody has written since.", 409, null);
        }
    }

    private Resource<? extends HasMetadata> resource(HasMetadata object) {
        if (object instanceof GenericKubernetesResource generic) {
            var kind = switch (object.getKind()) {
                case "ReplicationSource" -> StandInResources.SOURCES;
                case "ReplicationDestination" -> StandInResources.DESTINATIONS;
                default -> StandInResources.SNAPSHOTS;
            };
            return StandInResources.of(own, kind).inNamespace(namespace).resource(generic);
        }
        return own.resource(object).inNamespace(namespace);
    }
}
