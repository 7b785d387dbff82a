package io.drkit.kubernetes;

import io.drkit.testkit.workload.TestNamespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.UUID;

/**
 * A cluster that tests may use, each a namespace of its own.
 *
 * @param real whether kube-apiserver and its controllers run there; a stand-in plays the controllers otherwise
 * @param config for clients of a test's own; with a request timeout
 */
public record KubernetesSite(String description, boolean real, Config config) {

    /** A client that the caller closes. */
    public KubernetesClient client() {
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** A fresh one, which is deleted when closed. */
    public TestNamespace newNamespace() {
        return newNamespace("drkit-test-" + UUID.randomUUID().toString().substring(0, 8));
    }

    /** One of a name that nobody uses here, which is deleted when closed; for tests that need the same on two clusters. */
    public TestNamespace newNamespace(String name) {
        KubernetesClient client = client();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
        return new ApiNamespace(client, name);
    }

    @Override
    public String toString() {
        return description;
    }
}
