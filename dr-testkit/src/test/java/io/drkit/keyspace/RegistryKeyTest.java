package io.drkit.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys as real kube-apiservers write them. */
class RegistryKeyTest {

    /** What a path says, and what it is. */
    private static final Map<String, String> GROUPED = Map.ofEntries(
            Map.entry("minions", "nodes"),
            Map.entry("ranges/serviceips", "serviceipallocations"),
            Map.entry("ranges/servicenodeports", "servicenodeportallocations"),
            Map.entry("services/specs", "services"),
            Map.entry("services/endpoints", "endpoints"),
            Map.entry("masterleases", "apiserveripinfo"),
            Map.entry("peerserverleases", "apiserverpeeripinfo"),
            Map.entry("ingress", "ingresses.networking.k8s.io"),
            Map.entry("ipaddresses", "ipaddresses.networking.k8s.io"),
            Map.entry("servicecidrs", "servicecidrs.networking.k8s.io"),
            Map.entry("deployments", "deployments.apps"),
            Map.entry("replicasets", "replicasets.apps"),
            Map.entry("statefulsets", "statefulsets.apps"),
            Map.entry("controllerrevisions", "controllerrevisions.apps"),
            Map.entry("jobs", "jobs.batch"),
            Map.entry("cronjobs", "cronjobs.batch"),
            Map.entry("leases", "leases.coordination.k8s.io"),
            Map.entry("endpointslices", "endpointslices.discovery.k8s.io"),
            Map.entry("priorityclasses", "priorityclasses.scheduling.k8s.io"),
            Map.entry("flowschemas", "flowschemas.flowcontrol.apiserver.k8s.io"),
            Map.entry("prioritylevelconfigurations", "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io"),
            Map.entry("roles", "roles.rbac.authorization.k8s.io"),
            Map.entry("rolebindings", "rolebindings.rbac.authorization.k8s.io"),
            Map.entry("clusterroles", "clusterroles.rbac.authorization.k8s.io"),
            Map.entry("clusterrolebindings", "clusterrolebindings.rbac.authorization.k8s.io"),
            Map.entry("apiregistration.k8s.io/apiservices", "apiservices.apiregistration.k8s.io"),
            Map.entry(
                    "apiextensions.k8s.io/customresourcedefinitions", "customresourcedefinitions.apiextensions.k8s.io"),
            Map.entry("example.dr.io/widgets", "widgets.example.dr.io"),
            Map.entry("example.dr.io/tenants", "tenants.example.dr.io"));

    /** Called as their path is, and of the core group. */
    private static final Set<String> CORE = Set.of(
            "namespaces", "configmaps", "secrets", "serviceaccounts", "pods", "events", "persistentvolumeclaims");

    /** Those whose objects are in no namespace. */
    private static final Set<String> CLUSTER_SCOPED = Set.of(
            "namespaces",
            "nodes",
            "apiserveripinfo",
            "apiserverpeeripinfo",
            "clusterroles",
            "clusterrolebindings",
            "apiservices",
            "customresourcedefinitions",
            "flowschemas",
            "prioritylevelconfigurations",
            "priorityclasses",
            "ipaddresses",
            "servicecidrs",
            "tenants");

    @ParameterizedTest
    @ValueSource(strings = {"kube-registry.jsonl.gz", "kube-standby-registry.jsonl.gz"})
    void every_recorded_key_is_what_one_expects(String file) {
        List<String> keys = keys(file);
        assertThat(keys).hasSizeGreaterThan(200);
        Set<String> unexpected = new TreeSet<>();
        for (String key : keys) {
            RegistryKey parsed = RegistryKey.parse(Bytes.utf8(key), RegistryKey.DEFAULT_PREFIX)
                    .orElseThrow();
            String path = key.substring("/registry/".length());
            String[] parts = path.split("/", -1);
            String two = parts.length > 1 ? parts[0] + "/" + parts[1] : "";
            String own = GROUPED.containsKey(two) ? two : parts[0];
            String expected = GROUPED.getOrDefault(own, CORE.contains(own) ? own : "?");
            List<String> rest = List.of(parts).subList(own.split("/", -1).length, parts.length);
            if (!parsed.resource().toString().equals(expected)) {
                unexpected.add(key + " is " + parsed.resource());
            }
            assertThat(parsed.name()).as(key).isEqualTo(rest.isEmpty() ? "" : rest.get(rest.size() - 1));
            boolean clusterScoped =
                    rest.isEmpty() || CLUSTER_SCOPED.contains(parsed.resource().resource());
            assertThat(parsed.namespace()).as(key).isEqualTo(clusterScoped ? null : rest.get(0));
            assertThat(rest).as(key).hasSize(rest.isEmpty() ? 0 : clusterScoped ? 1 : 2);
        }
        assertThat(unexpected).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/registry/services/specs/default/kubernetes, services, default, kubernetes",
        "/registry/services/endpoints/default/kubernetes, endpoints, default, kubernetes",
        "/registry/minions/node-1, nodes, , node-1",
        "/registry/controllers/default/old, replicationcontrollers, default, old",
        "/registry/ranges/serviceips, serviceipallocations, , ''",
        "/registry/ranges/secondaryserviceips, serviceipallocations, , ''",
        "/registry/ranges/servicenodeports, servicenodeportallocations, , ''",
        "/registry/peerserverleases/apiserver-x, apiserverpeeripinfo, , apiserver-x",
        "/registry/ipaddresses/10.0.0.1, ipaddresses.networking.k8s.io, , 10.0.0.1",
        "/registry/servicecidrs/kubernetes, servicecidrs.networking.k8s.io, , kubernetes",
        "/registry/health, health, , ''",
        "/registry/apiregistration.k8s.io/apiservices/v1., apiservices.apiregistration.k8s.io, , v1.",
        "/registry/example.com/widgets/team-1/a, widgets.example.com, team-1, a",
        "/registry/ingress/team-1/a, ingresses.networking.k8s.io, team-1, a",
        "/registry/masterleases/10.0.0.1, apiserveripinfo, , 10.0.0.1",
        "/registry/example.com/widgets/a, widgets.example.com, , a",
        "/registry/unheardof/default/a, unheardof, default, a"
    })
    void odd_ones_are_known(String key, String resource, @Nullable String namespace, String name) {
        assertThat(RegistryKey.parse(Bytes.utf8(key), "/registry"))
                .contains(new RegistryKey(GroupResource.parse(resource), namespace, name));
    }

    @Test
    void what_is_not_below_the_prefix_is_none() {
        for (String key :
                List.of("/registry", "/registry/", "/registry2/pods/a/b", "/drkit/site", "compact_rev_key", "")) {
            assertThat(RegistryKey.parse(Bytes.utf8(key), "/registry")).as(key).isEmpty();
        }
        assertThat(RegistryKey.parse(Bytes.utf8("/k/pods/a/b"), "/k/")).isPresent();
    }

    @Test
    void any_bytes_are_an_answer() {
        for (int b = 0; b < 256; b++) {
            Bytes key = Bytes.utf8("/registry/").concat(Bytes.copyOf((byte) b));
            assertThat(RegistryKey.parse(key, "/registry")).isPresent();
            assertThat(RegistryKey.parse(key.concat(Bytes.utf8("//")), "/registry"))
                    .isPresent();
        }
    }

    @Test
    void keys_that_no_kube_apiserver_writes_are_told() {
        for (String key : List.of(
                "/registry/configmaps/",
                "/registry/configmaps//a",
                "/registry/configmaps/team-1/",
                "/registry/configmaps/team-1/a/b",
                "/registry//team-1/a",
                "/registry/pods",
                "/registry/example.com/widgets",
                "/registry/ranges/serviceips",
                "/registry/health")) {
            assertThat(parse(Bytes.utf8(key)).isOfObject()).as(key).isFalse();
        }
        Bytes noText = Bytes.utf8("/registry/configmaps/team-1/").concat(Bytes.copyOf((byte) 0xff));
        assertThat(parse(noText).isOfObject()).isFalse();
        for (String key :
                List.of("/registry/configmaps/team-1/a", "/registry/minions/n", "/registry/clusterroles/rôle:1")) {
            assertThat(parse(Bytes.utf8(key)).isOfObject()).as(key).isTrue();
        }
    }

    private static RegistryKey parse(Bytes key) {
        return RegistryKey.parse(key, "/registry").orElseThrow();
    }

    private static List<String> keys(String file) {
        return RecordedEntries.of(file).stream()
                .map(entry -> entry.key().utf8())
                .toList();
    }
}
