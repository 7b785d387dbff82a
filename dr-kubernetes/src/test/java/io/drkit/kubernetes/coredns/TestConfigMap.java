package io.drkit.kubernetes.coredns;

import io.drkit.kubernetes.KubernetesSite;
import io.drkit.testkit.workload.TestNamespace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** A ConfigMap such as a CoreDNS has, in a namespace of its own, which no CoreDNS looks at: as somebody else sees and writes it. */
final class TestConfigMap implements AutoCloseable {

    static final String NAME = "coredns";

    private final KubernetesClient client;
    private final TestNamespace namespace;

    TestConfigMap(KubernetesSite site, Map<String, String> data) {
        client = site.client();
        namespace = site.newNamespace();
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withNamespace(namespace.name())
                        .addToLabels("k8s-app", "kube-dns")
                        .endMetadata()
                        .withData(data)
                        .build())
                .create();
    }

    String namespace() {
        return namespace.name();
    }

    CoreDnsConfigMap.Builder config() {
        return CoreDnsConfigMap.builder().namespace(namespace());
    }

    ConfigMap get() {
        return client.configMaps().inNamespace(namespace()).withName(NAME).require();
    }

    String text(String key) {
        return Objects.requireNonNull(get().getData().get(key));
    }

    void edit(String key, UnaryOperator<String> change) {
        ConfigMap now = get();
        client.resource(new ConfigMapBuilder(now)
                        .addToData(
                                key,
                                change.apply(
                                        Objects.requireNonNull(now.getData().get(key))))
                        .build())
                .update();
    }

    KubernetesClient client() {
        return client;
    }

    @Override
    public void close() {
        client.configMaps().inNamespace(namespace()).withName(NAME).delete();
        namespace.close();
        client.close();
    }
}
