package io.drkit.volsync;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/** Empties a test's namespace of what the fixture's controllers know, for the mock server keeps what a deleted namespace held, and grows slow with it. */
final class Leftovers {

    private Leftovers() {}

    static void delete(KubernetesClient client, String namespace) {
        StandInResources.of(client, StandInResources.SOURCES)
                .inNamespace(namespace)
                .delete();
        StandInResources.of(client, StandInResources.DESTINATIONS)
                .inNamespace(namespace)
                .delete();
        StandInResources.of(client, StandInResources.SNAPSHOTS)
                .inNamespace(namespace)
                .delete();
        client.services().inNamespace(namespace).delete();
        client.secrets().inNamespace(namespace).delete();
        client.configMaps().inNamespace(namespace).delete();
        List<? extends HasMetadata> claims =
                client.persistentVolumeClaims().inNamespace(namespace).list().getItems();
        for (HasMetadata claim : claims) {
            claim.getMetadata().setFinalizers(List.of());
            client.resource(claim).update();
            client.resource(claim).delete();
        }
    }
}
