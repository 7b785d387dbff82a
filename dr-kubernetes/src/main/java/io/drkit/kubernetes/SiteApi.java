package io.drkit.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Listable;
import java.util.List;
import java.util.function.Supplier;

/** The API server of a site: requests whose failures are DrKit's exceptions. */
final class SiteApi {

    private final KubernetesClient client;

    /** @throws IllegalArgumentException when the client sets no deadline for its requests */
    SiteApi(KubernetesClient client) {
        Integer timeout = client.getConfiguration().getRequestTimeout();
        if (timeout == null || timeout <= 0) {
            throw new IllegalArgumentException(
                    "The client has no request timeout, and a request to a dead API server would never end: set one.");
        }
        this.client = client;
    }

    KubernetesClient client() {
        return client;
    }

    String name() {
        return "Kubernetes at " + client.getMasterUrl();
    }

    <T extends HasMetadata> List<T> list(
            String resource, String namespace, Listable<? extends KubernetesResourceList<T>> listable) {
        return ask(
                "list",
                resource + " in namespace " + namespace,
                () -> listable.list().getItems());
    }

    <T> T ask(String verb, String what, Supplier<T> request) {
        try {
            return request.get();
        } catch (KubernetesClientException e) {
            throw ApiFaults.translate(name(), verb, what, e);
        }
    }
}
