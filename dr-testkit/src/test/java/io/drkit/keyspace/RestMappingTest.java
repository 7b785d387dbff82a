package io.drkit.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Owner references lead to keys. */
class RestMappingTest {

    private final RestMapping mapping = new RestMapping("/registry");

    @Test
    void every_recorded_object_is_found_by_its_kind_and_name() {
        RecordedEntries.of(RecordedEntries.PRIMARY).forEach(this::learn);
        Set<String> kinds = new HashSet<>();
        for (KeyValue entry : RecordedEntries.of(RecordedEntries.PRIMARY)) {
            StoredObject object = StoredObject.read(entry.value()).orElse(null);
            if (object == null || object.name().isEmpty()) {
                continue; // encrypted, or no object of the API: ranges and addresses of API servers
            }
            OwnerReference named = new OwnerReference(object.apiVersion(), object.kind(), object.name(), object.uid());
            assertThat(mapping.key(named, object.namespace())).contains(entry.key());
            assertThat(RestMapping.resource(named))
                    .isEqualTo(RegistryKey.parse(entry.key(), "/registry")
                            .orElseThrow()
                            .resource());
            kinds.add(object.kind());
        }
        assertThat(kinds)
                .contains("Deployment", "Pod", "Service", "Endpoints", "Ingress", "Tenant")
                .hasSizeGreaterThan(25);
    }

    private void learn(KeyValue entry) {
        StoredObject.read(entry.value()).ifPresent(mapping::learn);
    }

    @ParameterizedTest
    @CsvSource({
        "v1, Node, , /registry/minions/x",
        "v1, ReplicationController, a, /registry/controllers/a/x",
        "v1, Service, a, /registry/services/specs/a/x",
        "v1, Endpoints, a, /registry/services/endpoints/a/x",
        "networking.k8s.io/v1, Ingress, a, /registry/ingress/a/x",
        "apps/v1beta1, Deployment, a, /registry/deployments/a/x",
        "apiextensions.k8s.io/v1, CustomResourceDefinition, a, /registry/apiextensions.k8s.io/customresourcedefinitions/x",
        "v1, Namespace, a, /registry/namespaces/x",
        "storage.k8s.io/v1, CSINode, , /registry/csinodes/x"
    })
    void built_in_kinds_are_known_whatever_the_version(
            String apiVersion, String kind, @Nullable String namespace, String key) {
        assertThat(mapping.key(new OwnerReference(apiVersion, kind, "x", "u"), namespace))
                .contains(Bytes.utf8(key));
    }

    @Test
    void what_nobody_can_know_is_none() {
        for (String kind : List.of("Unheardof", "", "deployment", "deployments")) {
            assertThat(mapping.key(new OwnerReference("apps/v1", kind, "x", "u"), "a"))
                    .isEmpty();
        }
        assertThat(mapping.key(new OwnerReference("other.io/v1", "Deployment", "x", "u"), "a"))
                .isEmpty();
        // Who is in no namespace has no owner in one.
        assertThat(mapping.key(new OwnerReference("apps/v1", "Deployment", "x", "u"), null))
                .isEmpty();
    }

    @Test
    void custom_kinds_are_known_once_their_definition_was_seen() {
        OwnerReference ox = new OwnerReference("example.com/v2", "Ox", "x", "u");
        assertThat(mapping.key(ox, "a")).isEmpty();
        learn(definition("Namespaced"));
        assertThat(mapping.key(ox, "a")).contains(Bytes.utf8("/registry/example.com/oxen/a/x"));
        assertThat(mapping.key(ox, null)).isEmpty();
        learn(definition("Cluster"));
        assertThat(mapping.key(ox, "a")).contains(Bytes.utf8("/registry/example.com/oxen/x"));
    }

    private static KeyValue definition(String scope) {
        String value = "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\","
                + "\"metadata\":{\"name\":\"oxen.example.com\"},\"spec\":{\"group\":\"example.com\",\"scope\":\""
                + scope
                + "\",\"names\":{\"kind\":\"Ox\",\"plural\":\"oxen\"}}}";
        return new KeyValue(Bytes.EMPTY, Bytes.utf8(value), 1, 1, 1, false);
    }

    @ParameterizedTest
    @CsvSource({
        "example.com/v1, Widget, widgets.example.com",
        "example.com/v1, Policy, policies.example.com",
        "example.com/v1, Address, addresses.example.com",
        "events.k8s.io/v1, Event, events",
        "v1, Pod, pods"
    })
    void without_a_definition_the_resource_is_guessed(String apiVersion, String kind, String resource) {
        assertThat(RestMapping.resource(new OwnerReference(apiVersion, kind, "x", "u")))
                .hasToString(resource);
    }
}
