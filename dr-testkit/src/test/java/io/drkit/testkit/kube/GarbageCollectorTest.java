package io.drkit.testkit.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.ForwardingKeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.object.OwnerReference;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** It deletes what the real one deletes, patches what that patches, and spares what that spares. */
class GarbageCollectorTest extends OnAStore {

    private static final String WEB = "/registry/deployments/a/web";
    private static final String SET = "/registry/replicasets/a/web-1";
    private static final String POD = "/registry/pods/a/web-1-x";

    private static final Bytes WEB_VALUE = MadeUp.protobuf("apps/v1", "Deployment", "a", "web", 1);
    private static final OwnerReference OF_WEB = MadeUp.reference(WEB_VALUE);

    private final GarbageCollector collector = new GarbageCollector(store, acts);

    @AfterEach
    void close() {
        collector.close();
    }

    private static Bytes set(OwnerReference... owners) {
        return MadeUp.protobuf("apps/v1", "ReplicaSet", "a", "web-1", 1, owners);
    }

    @Test
    void an_object_whose_owner_is_absent_is_deleted_and_told() {
        put(SET, set(OF_WEB));
        soon().until(() -> !has(SET));
        soon().untilAsserted(() -> assertThat(acts.of(Act.What.DELETED))
                .singleElement()
                .satisfies(act -> assertThat(act.key().utf8()).isEqualTo(SET))
                .satisfies(act -> assertThat(act.uid()).isEqualTo("uid-of-web-1")));
    }

    @Test
    void an_object_whose_owner_has_another_uid_is_deleted() {
        put(WEB, WEB_VALUE);
        put(SET, set(new OwnerReference("apps/v1", "Deployment", "web", "another")));
        soon().until(() -> !has(SET));
    }

    @Test
    void dependents_of_dependents_go_with_their_owner() {
        put(WEB, WEB_VALUE);
        put(SET, set(OF_WEB));
        put(POD, Json.bytes(MadeUp.json("v1", "Pod", "a", "web-1-x", MadeUp.reference(set()))));
        delete(WEB);
        soon().until(() -> !has(SET) && !has(POD));
    }

    @Test
    void an_owner_that_comes_in_the_same_revision_saves_what_precedes_it_in_key_order() throws Exception {
        Bytes owner = MadeUp.protobuf("apps/v1", "StatefulSet", "a", "db", 1);
        String revision = "/registry/controllerrevisions/a/db-1";
        commit(
                putting(
                        revision,
                        MadeUp.protobuf("apps/v1", "ControllerRevision", "a", "db-1", 1, MadeUp.reference(owner))),
                putting("/registry/statefulsets/a/db", owner));
        aWhile();
        assertThat(has(revision)).isTrue();
    }

    @Test
    void a_reference_to_an_absent_owner_is_patched_away_where_another_lives_in_protobuf() {
        put(WEB, WEB_VALUE);
        put(SET, set(MadeUp.NOBODY, OF_WEB));
        soon().until(() -> owners(SET).equals(List.of(OF_WEB)));
        assertThat(below(SET))
                .hasEntrySatisfying(SET, set -> assertThat(set.uid()).isEqualTo("uid-of-web-1"));
        soon().untilAsserted(() ->
                assertThat(acts.of(Act.What.PATCHED)).extracting(Act::key).containsExactly(Bytes.utf8(SET)));
    }

    @Test
    void a_reference_to_an_absent_owner_is_patched_away_where_another_lives_in_json() {
        put(WEB, WEB_VALUE);
        String config = "/registry/configmaps/a/c";
        put(config, Json.bytes(MadeUp.json("v1", "ConfigMap", "a", "c", OF_WEB, MadeUp.NOBODY)));
        soon().until(() -> owners(config).equals(List.of(OF_WEB)));
    }

    @Test
    void an_owner_of_unknown_kind_leads_to_nothing_until_its_kind_is_defined() throws Exception {
        OwnerReference unknown = new OwnerReference("example.org/v1", "Gadget", "g", "uid-of-g");
        String config = "/registry/configmaps/a/c";
        put(config, Json.bytes(MadeUp.json("v1", "ConfigMap", "a", "c", unknown, MadeUp.NOBODY)));
        aWhile();
        assertThat(has(config)).isTrue();
        assertThat(owners(config)).hasSize(2);
        var definition =
                MadeUp.json("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "gadgets.example.org");
        definition
                .putObject("spec")
                .put("group", "example.org")
                .put("scope", "Namespaced")
                .putObject("names")
                .put("kind", "Gadget")
                .put("plural", "gadgets");
        put("/registry/apiextensions.k8s.io/customresourcedefinitions/gadgets.example.org", Json.bytes(definition));
        soon().until(() -> !has(config));
    }

    @Test
    void a_cluster_scoped_owner_is_looked_for_outside_of_the_namespace() throws Exception {
        Bytes owner = Json.bytes(MadeUp.json("rbac.authorization.k8s.io/v1", "ClusterRole", null, "r"));
        put("/registry/clusterroles/r", owner);
        String config = "/registry/configmaps/a/c";
        put(config, Json.bytes(MadeUp.json("v1", "ConfigMap", "a", "c", MadeUp.reference(owner))));
        aWhile();
        assertThat(has(config)).isTrue();
        delete("/registry/clusterroles/r");
        soon().until(() -> !has(config));
    }

    @Test
    void a_cluster_scoped_object_with_a_namespaced_owner_is_left_alone() throws Exception {
        String role = "/registry/clusterroles/r";
        put(role, Json.bytes(MadeUp.json("rbac.authorization.k8s.io/v1", "ClusterRole", null, "r", MadeUp.NOBODY)));
        aWhile();
        assertThat(has(role)).isTrue();
    }

    @Test
    void an_owner_that_cannot_be_read_leads_to_nothing() throws Exception {
        put("/registry/secrets/a/s", Bytes.utf8("k8s:enc:aescbc:v1:key1:whatever"));
        String config = "/registry/configmaps/a/c";
        OwnerReference secret = new OwnerReference("v1", "Secret", "s", "uid-of-s");
        put(config, Json.bytes(MadeUp.json("v1", "ConfigMap", "a", "c", secret)));
        aWhile();
        assertThat(has(config)).isTrue();
    }

    @Test
    void a_cycle_lives_as_long_as_it_is_whole() throws Exception {
        OwnerReference one = new OwnerReference("v1", "ConfigMap", "one", "uid-of-one");
        OwnerReference two = new OwnerReference("v1", "ConfigMap", "two", "uid-of-two");
        commit(
                putting("/registry/configmaps/a/one", Json.bytes(MadeUp.json("v1", "ConfigMap", "a", "one", two))),
                putting("/registry/configmaps/a/two", Json.bytes(MadeUp.json("v1", "ConfigMap", "a", "two", one))));
        aWhile();
        assertThat(below("/registry/configmaps/a/")).hasSize(2);
        delete("/registry/configmaps/a/one");
        soon().until(() -> below("/registry/").isEmpty());
    }

    @Test
    void an_owner_that_was_found_absent_is_not_asked_for_again() throws Exception {
        put(SET, set(OF_WEB));
        soon().until(() -> !has(SET));
        commit(putting(WEB, WEB_VALUE), putting(SET, set(OF_WEB)));
        aWhile();
        assertThat(has(SET)).as("nothing leads to its being judged").isTrue();
        put(SET, set(OF_WEB, MadeUp.NOBODY));
        soon().until(() -> !has(SET));
    }

    @Test
    void what_was_there_before_it_began_is_judged_as_well() {
        collector.close();
        put(SET, set(OF_WEB));
        try (GarbageCollector late = new GarbageCollector(store, acts)) {
            soon().until(() -> !has(SET));
        }
    }

    @Test
    void a_standby_that_cannot_be_reached_is_tried_again() throws Exception {
        store.setUnreachable(true);
        aWhile();
        store.setUnreachable(false);
        put(SET, set(OF_WEB));
        soon().until(() -> !has(SET));
    }

    @Test
    void what_goes_wrong_is_told_as_it_is_closed() {
        AtomicBoolean asked = new AtomicBoolean();
        GarbageCollector broken = new GarbageCollector(
                new ForwardingKeyStore(store) {
                    @Override
                    public Map<Bytes, KeyValue> read(Collection<Bytes> keys) {
                        asked.set(true);
                        throw new IllegalStateException("broken");
                    }
                },
                new Acts());
        collector.close();
        put(SET, set(OF_WEB));
        soon().untilTrue(asked);
        assertThatThrownBy(broken::close).hasRootCauseMessage("broken");
    }
}
