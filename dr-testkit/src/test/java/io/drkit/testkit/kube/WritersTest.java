package io.drkit.testkit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.keystore.Bytes;
import io.drkit.object.DesiredState;
import io.drkit.object.ObjectField;
import io.drkit.object.StoredObject;
import org.junit.jupiter.api.Test;

/** Those that write what is each cluster's own, and the one that does not keep to that. */
class WritersTest extends OnAStore {

    private static final String WEB = "/registry/deployments/a/web";
    private static final Bytes WEB_VALUE = MadeUp.protobuf("apps/v1", "Deployment", "a", "web", 3);

    private boolean isRewritten(String key, Bytes before) {
        return !value(key).equals(before);
    }

    @Test
    void a_status_is_written_and_nothing_that_counts() {
        try (StatusWriter writer = new StatusWriter(store, acts, 1, key -> false)) {
            put(WEB, WEB_VALUE);
            soon().until(() -> isRewritten(WEB, WEB_VALUE));
            Bytes first = value(WEB);
            soon().until(() -> isRewritten(WEB, first));
            assertThat(DesiredState.KUBERNETES.isEqual(WEB_VALUE, value(WEB))).isTrue();
            assertThat(acts.of(Act.What.CHANGED)).isNotEmpty();
        }
    }

    @Test
    void a_claim_is_bound_in_either_notation() {
        Bytes protobuf = MadeUp.protobuf("v1", "PersistentVolumeClaim", "a", "p", 1);
        Bytes json = Json.bytes(MadeUp.json("v1", "PersistentVolumeClaim", "a", "j"));
        try (StatusWriter writer = new StatusWriter(store, acts, 1, key -> false)) {
            put("/registry/persistentvolumeclaims/a/p", protobuf);
            put("/registry/persistentvolumeclaims/a/j", json);
            soon().until(() -> isRewritten("/registry/persistentvolumeclaims/a/p", protobuf)
                    && isRewritten("/registry/persistentvolumeclaims/a/j", json));
        }
        assertThat(below("/registry/persistentvolumeclaims/").values())
                .allSatisfy(claim -> assertThat(claim.values(ObjectField.CLAIM_VOLUME_NAME))
                        .containsExactly("pvc-of-the-standby-" + claim.name()))
                .allSatisfy(claim -> assertThat(claim.annotations()).containsKey("pv.kubernetes.io/bind-completed"));
    }

    @Test
    void what_is_spared_stays() throws Exception {
        try (StatusWriter writer = new StatusWriter(store, acts, 1, Bytes.utf8(WEB)::equals)) {
            put(WEB, WEB_VALUE);
            aWhile();
            assertThat(value(WEB)).isEqualTo(WEB_VALUE);
        }
    }

    @Test
    void the_operator_writes_statuses_of_custom_resources_and_of_nothing_else() throws Exception {
        Bytes widget = Json.bytes(MadeUp.json("example.dr.io/v1", "Widget", "a", "w"));
        try (Operator operator = new Operator(store, acts, 1)) {
            put("/registry/apiextensions.k8s.io/customresourcedefinitions/widgets.example.dr.io", definition());
            put("/registry/example.dr.io/widgets/a/w", widget);
            put(WEB, WEB_VALUE);
            soon().until(() -> isRewritten("/registry/example.dr.io/widgets/a/w", widget));
            aWhile();
            assertThat(value(WEB)).isEqualTo(WEB_VALUE);
        }
        assertThat(DesiredState.KUBERNETES.isEqual(widget, value("/registry/example.dr.io/widgets/a/w")))
                .isTrue();
    }

    @Test
    void the_operator_contends_for_what_it_is_told_to_until_it_relents() throws Exception {
        try (Operator operator = new Operator(store, acts, 1).contending(Bytes.utf8(WEB))) {
            for (int i = 0; i < 3; i++) {
                put(WEB, WEB_VALUE);
                soon().until(() -> isRewritten(WEB, WEB_VALUE));
                StoredObject web = StoredObject.read(value(WEB)).orElseThrow();
                assertThat(web.labels()).containsEntry(Operator.LABEL, Operator.MANAGER);
                assertThat(web.lastManager()).contains(Operator.MANAGER);
            }
            operator.relent();
            put(WEB, WEB_VALUE);
            aWhile();
            assertThat(value(WEB)).isEqualTo(WEB_VALUE);
        }
    }

    @Test
    void noise_is_made_of_leased_events_and_renewals_and_lost_pods() {
        String pod = "/registry/pods/a/p";
        put(pod, Json.bytes(MadeUp.json("v1", "Pod", "a", "p")));
        try (Noise noise = new Noise(store, acts, 1, key -> false)) {
            soon().until(() -> !has(pod) && below("/registry/leases/").size() == 1);
            assertThat(below("/registry/events/")).isNotEmpty();
        }
        assertThat(below("/registry/events/")).as("gone with their lease").isEmpty();
    }

    private static Bytes definition() {
        ObjectNode definition =
                MadeUp.json("apiextensions.k8s.io/v1", "CustomResourceDefinition", null, "widgets.example.dr.io");
        definition
                .putObject("spec")
                .put("group", "example.dr.io")
                .put("scope", "Namespaced")
                .putObject("names")
                .put("kind", "Widget")
                .put("plural", "widgets");
        return Json.bytes(definition);
    }
}
