package io.drkit.kubernetes.externaldns;

import io.drkit.dns.DnsRecordSet;
import io.drkit.kubernetes.KubernetesSite;
import io.drkit.testkit.workload.TestNamespace;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * DNSEndpoint objects in a namespace of their own, as somebody else sees and writes them. Installs a minimal definition of the resource where there is
 * none; no external-dns looks at them.
 */
final class TestEndpoints implements AutoCloseable {

    private static final ResourceDefinitionContext TYPE = new ResourceDefinitionContext.Builder()
            .withGroup("externaldns.k8s.io")
            .withVersion("v1alpha1")
            .withKind("DNSEndpoint")
            .withPlural("dnsendpoints")
            .withNamespaced(true)
            .build();
    private static final String DEFINITION = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: dnsendpoints.externaldns.k8s.io
              annotations: {api-approved.kubernetes.io: "unapproved, for tests"}
            spec:
              group: externaldns.k8s.io
              names: {kind: DNSEndpoint, listKind: DNSEndpointList, plural: dnsendpoints, singular: dnsendpoint}
              scope: Namespaced
              versions:
              - name: v1alpha1
                served: true
                storage: true
                subresources: {status: {}}
                schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """;

    private final KubernetesClient client;
    private final TestNamespace namespace;

    TestEndpoints(KubernetesSite site) {
        client = site.client();
        namespace = site.newNamespace();
        var definition = client.resource(DEFINITION);
        if (definition.get() == null) {
            definition.create();
        }
    }

    KubernetesClient client() {
        return client;
    }

    String namespace() {
        return namespace.name();
    }

    /** @param endpoints the list, as YAML or JSON */
    void create(String name, String endpoints) {
        GenericKubernetesResource object = Serialization.unmarshal(
                "apiVersion: externaldns.k8s.io/v1alpha1\nkind: DNSEndpoint\nmetadata: {name: " + name + ", namespace: "
                        + namespace() + "}\nspec: {later: kept, endpoints: " + endpoints + "}\n",
                GenericKubernetesResource.class);
        client.resource(object).create();
    }

    GenericKubernetesResource get(String name) {
        return client.genericKubernetesResources(TYPE)
                .inNamespace(namespace())
                .withName(name)
                .require();
    }

    boolean exists(String name) {
        return client.genericKubernetesResources(TYPE)
                        .inNamespace(namespace())
                        .withName(name)
                        .get()
                != null;
    }

    String json(String name) {
        return Serialization.asJson(spec(get(name)));
    }

    private static Map<?, ?> spec(GenericKubernetesResource object) {
        return object.getAdditionalProperties().get("spec") instanceof Map<?, ?> spec ? new TreeMap<>(spec) : Map.of();
    }

    List<Map<?, ?>> endpoints() {
        List<Map<?, ?>> all = new ArrayList<>();
        for (GenericKubernetesResource object : client.genericKubernetesResources(TYPE)
                .inNamespace(namespace())
                .list()
                .getItems()) {
            if (spec(object).get("endpoints") instanceof List<?> list) {
                list.forEach(endpoint -> all.add((Map<?, ?>) endpoint));
            }
        }
        return all;
    }

    /** By a whole update: fabric8's mock server appends to a list that is patched. */
    void set(String name, String key, Object value) {
        GenericKubernetesResource object = get(name);
        Map<String, Object> spec = new TreeMap<>();
        spec(object).forEach((field, before) -> spec.put(String.valueOf(field), before));
        spec.put(key, value);
        object.setAdditionalProperty("spec", spec);
        client.resource(object).update();
    }

    /** As external-dns does when it has read it. */
    void observe(String name) {
        client.resource(get(name))
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\":{\"observedGeneration\":"
                                + get(name).getMetadata().getGeneration() + "}}");
    }

    static Map<?, ?> endpoint(DnsRecordSet set) {
        return Map.of(
                "dnsName", set.name().ascii(),
                "recordType", set.type().name(),
                "recordTTL", set.ttl().toSeconds(),
                "targets", set.values());
    }

    static List<String> targets(Map<?, ?> endpoint) {
        return endpoint.get("targets") instanceof List<?> targets
                ? targets.stream().map(String::valueOf).toList()
                : List.of();
    }

    @Override
    public void close() {
        client.genericKubernetesResources(TYPE).inNamespace(namespace()).delete();
        namespace.close();
        client.close();
    }
}
