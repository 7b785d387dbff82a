package io.drkit.kubernetes.artifact;

import io.drkit.artifact.Artifacts;
import io.drkit.kubernetes.KubernetesSites;
import io.drkit.testkit.artifact.ArtifactContract;
import io.drkit.testkit.workload.TestNamespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** The contract, on two real clusters where they are, and otherwise on two {@link InMemoryApi}. */
class KubernetesArtifactsTest extends ArtifactContract {

    private static final boolean REAL = KubernetesSites.primary().real();

    private final @Nullable InMemoryApi sourceApi = REAL ? null : new InMemoryApi();
    private final @Nullable InMemoryApi destinationApi = REAL ? null : new InMemoryApi();
    private final KubernetesClient source =
            sourceApi == null ? KubernetesSites.primary().client() : sourceApi.client();
    private final KubernetesClient destination =
            destinationApi == null ? KubernetesSites.standby().client() : destinationApi.client();

    @AfterEach
    void close() {
        source.close();
        destination.close();
        if (sourceApi != null && destinationApi != null) {
            sourceApi.close();
            destinationApi.close();
        }
    }

    @Override
    protected Artifacts source() {
        return new KubernetesArtifacts(source);
    }

    @Override
    protected Artifacts destination() {
        return new KubernetesArtifacts(destination);
    }

    @Override
    protected TestNamespace newNamespace() {
        return sourceApi == null ? KubernetesSites.primary().newNamespace() : InMemoryNamespace.in(sourceApi, "shop");
    }

    @Override
    protected void deleteAtDestination(String namespace) {
        if (REAL) {
            destination.namespaces().withName(namespace).delete();
            Awaitility.await()
                    .until(() -> destination.namespaces().withName(namespace).get() == null);
        }
    }
}
