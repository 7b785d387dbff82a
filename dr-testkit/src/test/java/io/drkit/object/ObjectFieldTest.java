package io.drkit.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The fields that decide something, in both notations. */
class ObjectFieldTest {

    @Test
    void a_recorded_service_tells_its_address_once() {
        assertThat(Recorded.object("/registry/services/specs/team-4/web").values(ObjectField.SERVICE_CLUSTER_IPS))
                .containsExactly("10.0.53.180");
        assertThat(Recorded.object("/registry/services/specs/team-4/web").values(ObjectField.SERVICE_NODE_PORTS))
                .isEmpty();
    }

    @Test
    void a_service_of_two_families_with_node_ports_tells_all_of_them() {
        Proto spec = Proto.message()
                .put(1, Proto.message().put(2, "TCP").put(3, 80).put(5, 30080))
                .put(1, Proto.message().put(2, "UDP").put(3, 53).put(5, 30053))
                .put(1, Proto.message().put(2, "TCP").put(3, 81).put(5, 0))
                .put(3, "10.0.0.7")
                .put(12, 31000)
                .put(18, "10.0.0.7")
                .put(18, "fd00::7");
        StoredObject service =
                read(Proto.stored("v1", "Service", Proto.message().put(2, spec)));
        StoredObject json = json(
                "{'kind':'Service','apiVersion':'v1','metadata':{},'spec':{'ports':["
                        + "{'protocol':'TCP','port':80,'nodePort':30080},{'protocol':'UDP','port':53,'nodePort':30053},"
                        + "{'port':81}],'clusterIP':'10.0.0.7','clusterIPs':['10.0.0.7','fd00::7'],'healthCheckNodePort':31000}}");

        for (StoredObject each : new StoredObject[] {service, json}) {
            assertThat(each.values(ObjectField.SERVICE_CLUSTER_IPS)).containsExactly("10.0.0.7", "fd00::7");
            assertThat(each.values(ObjectField.SERVICE_NODE_PORTS))
                    .containsExactly("TCP/30080", "UDP/30053", "TCP/31000");
        }
    }

    @Test
    void a_headless_service_has_no_address() {
        Proto spec = Proto.message().put(3, "None").put(18, "None");

        assertThat(read(Proto.stored("v1", "Service", Proto.message().put(2, spec)))
                        .values(ObjectField.SERVICE_CLUSTER_IPS))
                .isEmpty();
    }

    @Test
    void a_recorded_definition_tells_its_kind() {
        StoredObject widgets =
                Recorded.object("/registry/apiextensions.k8s.io/customresourcedefinitions/widgets.example.dr.io");
        StoredObject tenants =
                Recorded.object("/registry/apiextensions.k8s.io/customresourcedefinitions/tenants.example.dr.io");

        assertThat(widgets.values(ObjectField.CRD_GROUP)).containsExactly("example.dr.io");
        assertThat(widgets.values(ObjectField.CRD_KIND)).containsExactly("Widget");
        assertThat(widgets.values(ObjectField.CRD_PLURAL)).containsExactly("widgets");
        assertThat(widgets.values(ObjectField.CRD_SCOPE)).containsExactly("Namespaced");
        assertThat(tenants.values(ObjectField.CRD_SCOPE)).containsExactly("Cluster");
    }

    @Test
    void types_policies_and_namespaces_are_found_in_both_notations() {
        Map<ObjectField, StoredObject[]> objects = Map.of(
                ObjectField.SECRET_TYPE,
                new StoredObject[] {
                    read(Proto.stored("v1", "Secret", Proto.message().put(3, "it"))),
                    json("{'kind':'Secret','apiVersion':'v1','data':{},'type':'it'}")
                },
                ObjectField.PV_RECLAIM_POLICY,
                new StoredObject[] {
                    read(Proto.stored(
                            "v1",
                            "PersistentVolume",
                            Proto.message().put(2, Proto.message().put(5, "it")))),
                    json("{'kind':'PersistentVolume','apiVersion':'v1',"
                            + "'spec':{'persistentVolumeReclaimPolicy':'it'}}")
                },
                ObjectField.CLAIM_VOLUME_NAME,
                new StoredObject[] {
                    read(Proto.stored(
                            "v1",
                            "PersistentVolumeClaim",
                            Proto.message().put(2, Proto.message().put(3, "it")))),
                    json("{'kind':'PersistentVolumeClaim','apiVersion':'v1','spec':{'volumeName':'it'}}")
                },
                ObjectField.APISERVICE_SERVICE_NAMESPACE,
                new StoredObject[] {
                    json("{'kind':'APIService','apiVersion':'apiregistration.k8s.io/v1',"
                            + "'spec':{'service':{'namespace':'it','name':'metrics'}}}")
                },
                ObjectField.WEBHOOK_SERVICE_NAMESPACE,
                new StoredObject[] {
                    read(Proto.stored(
                            "admissionregistration.k8s.io/v1",
                            "ValidatingWebhookConfiguration",
                            Proto.message()
                                    .put(
                                            2,
                                            Proto.message()
                                                    .put(1, "by url")
                                                    .put(2, Proto.message().put(3, "https://x")))
                                    .put(
                                            2,
                                            Proto.message()
                                                    .put(1, "by service")
                                                    .put(
                                                            2,
                                                            Proto.message()
                                                                    .put(
                                                                            1,
                                                                            Proto.message()
                                                                                    .put(1, "it")
                                                                                    .put(2, "s")))))),
                    json("{'kind':'MutatingWebhookConfiguration','apiVersion':'admissionregistration.k8s.io/v1',"
                            + "'webhooks':[{'clientConfig':{'url':'https://x'}},"
                            + "{'clientConfig':{'service':{'namespace':'it'}}}]}")
                });

        objects.forEach((field, forms) -> {
            for (StoredObject object : forms) {
                assertThat(object.values(field)).as(field + " of " + object).containsExactly("it");
            }
        });
    }

    @Test
    void a_local_api_service_has_no_service() {
        assertThat(Recorded.object("/registry/apiregistration.k8s.io/apiservices/v1.apps")
                        .values(ObjectField.APISERVICE_SERVICE_NAMESPACE))
                .isEmpty();
    }

    @Test
    void the_same_number_in_another_kind_is_another_field() {
        StoredObject binding = Recorded.registry().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("/registry/rolebindings/team-4/"))
                .map(entry -> read(entry.getValue()))
                .findFirst()
                .orElseThrow();

        assertThat(binding.values(ObjectField.SECRET_TYPE)).isEmpty();
        assertThat(read(Proto.stored("example.io/v1", "Secret", Proto.message().put(3, "x")))
                        .values(ObjectField.SECRET_TYPE))
                .isEmpty();
    }

    private static StoredObject read(Bytes value) {
        return StoredObject.read(value).orElseThrow();
    }

    private static StoredObject json(String text) {
        return read(Bytes.utf8(text.replace('\'', '"')));
    }
}
