package io.drkit.testkit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import io.drkit.object.StoredObject;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is derived on a standby, and from what. */
class DerivingControllerTest extends OnAStore {

    private static final Bytes WEB = MadeUp.protobuf("apps/v1", "Deployment", "a", "web", 3);

    private final DerivingController controller = new DerivingController(store, acts, 1, Set.of("Widget"));

    @BeforeEach
    void makeNamespace() {
        put("/registry/namespaces/a", MadeUp.namespace("a"));
    }

    @AfterEach
    void close() {
        controller.close();
    }

    private StoredObject only(String prefix) {
        assertThat(below(prefix)).hasSize(1);
        return below(prefix).values().iterator().next();
    }

    @Test
    void a_deployment_on_its_own_gets_a_replica_set_and_that_its_pods() {
        put("/registry/deployments/a/web", WEB);
        soon().until(() -> below("/registry/pods/a/").size() == 3);
        StoredObject set = only("/registry/replicasets/a/");
        assertThat(set.owners()).containsExactly(MadeUp.reference(WEB));
        assertThat(below("/registry/pods/a/").values())
                .allSatisfy(pod -> assertThat(pod.owners().get(0).uid()).isEqualTo(set.uid()));
    }

    @Test
    void a_deployment_that_comes_with_its_replica_set_gets_no_other() throws Exception {
        commit(
                putting("/registry/deployments/a/web", WEB),
                putting(
                        "/registry/replicasets/a/web-1",
                        MadeUp.protobuf("apps/v1", "ReplicaSet", "a", "web-1", 2, MadeUp.reference(WEB))));
        soon().until(() -> below("/registry/pods/a/").size() == 2);
        aWhile();
        assertThat(below("/registry/replicasets/")).hasSize(1);
        assertThat(below("/registry/pods/a/")).hasSize(2);
    }

    @Test
    void a_replica_set_has_as_many_pods_as_it_asks_for_and_no_more() {
        String set = "/registry/replicasets/a/web-1";
        put(set, MadeUp.protobuf("apps/v1", "ReplicaSet", "a", "web-1", 3));
        soon().until(() -> below("/registry/pods/a/").size() == 3);
        delete(below("/registry/pods/a/").keySet().iterator().next());
        soon().until(() -> below("/registry/pods/a/").size() == 3);
        put(set, MadeUp.protobuf("apps/v1", "ReplicaSet", "a", "web-1", 1));
        soon().until(() -> below("/registry/pods/a/").size() == 1);
    }

    @Test
    void a_stateful_set_gets_a_revision_and_numbered_pods() {
        put("/registry/statefulsets/a/db", MadeUp.protobuf("apps/v1", "StatefulSet", "a", "db", 2));
        soon().untilAsserted(() -> assertThat(below("/registry/pods/a/"))
                .containsOnlyKeys("/registry/pods/a/db-0", "/registry/pods/a/db-1"));
        assertThat(only("/registry/controllerrevisions/a/").owners().get(0).name())
                .isEqualTo("db");
    }

    @Test
    void a_service_that_chooses_pods_gets_endpoints_and_a_slice_and_loses_them_with_its_end() {
        var service = MadeUp.json("v1", "Service", "a", "web");
        service.putObject("spec").putObject("selector").put("app", "web");
        put("/registry/services/specs/a/web", Json.bytes(service));
        put("/registry/services/specs/a/other", Json.bytes(MadeUp.json("v1", "Service", "a", "other")));
        soon().until(() ->
                below("/registry/endpointslices/a/").size() == 1 && has("/registry/services/endpoints/a/web"));
        assertThat(below("/registry/services/endpoints/")).hasSize(1);
        delete("/registry/services/specs/a/web");
        soon().until(() -> !has("/registry/services/endpoints/a/web"));
    }

    @Test
    void a_namespace_is_furnished_again_and_again() {
        String account = "/registry/serviceaccounts/a/default";
        soon().until(() -> has(account) && has("/registry/configmaps/a/kube-root-ca.crt"));
        delete(account);
        soon().until(() -> has(account));
    }

    @Test
    void a_custom_resource_without_children_gets_one() throws Exception {
        Bytes root = Json.bytes(MadeUp.json("example.dr.io/v1", "Widget", "a", "root"));
        put("/registry/example.dr.io/widgets/a/root", root);
        soon().until(() -> below("/registry/example.dr.io/widgets/a/").size() == 2);
        aWhile();
        assertThat(below("/registry/example.dr.io/widgets/a/")).hasSize(2);
    }

    @Test
    void nothing_is_made_in_a_namespace_that_is_absent_or_being_deleted() throws Exception {
        var ending = MadeUp.json("v1", "Namespace", null, "ending");
        ending.withObjectProperty("metadata").put("deletionTimestamp", "2026-01-01T00:00:00Z");
        put("/registry/namespaces/ending", Json.bytes(ending));
        put("/registry/deployments/ending/web", MadeUp.protobuf("apps/v1", "Deployment", "ending", "web", 3));
        put("/registry/deployments/absent/web", MadeUp.protobuf("apps/v1", "Deployment", "absent", "web", 3));
        aWhile();
        assertThat(below("/registry/replicasets/")).isEmpty();
        assertThat(below("/registry/serviceaccounts/ending/")).isEmpty();
    }
}
