package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.UUID;

/** What a cluster gives objects, and what of them cannot be changed: what an API server, its admission and its controllers do, at once. */
final class Admission {

    private Admission() {}

    static void created(ObjectNode object, int version) {
        ObjectNode metadata = (ObjectNode) object.path("metadata");
        String uid = UUID.randomUUID().toString();
        String name = metadata.path("name").asText();
        metadata.put("uid", uid)
                .put("resourceVersion", String.valueOf(version))
                .put("creationTimestamp", "2026-11-30T00:00:00Z")
                .put("generation", 1);
        metadata.putArray("managedFields").addObject().put("manager", "drkit").put("operation", "Update");
        switch (object.path("kind").asText()) {
            case "Namespace" -> {
                metadata.withObject("/labels").put("kubernetes.io/metadata.name", name);
                object.withObject("/spec").putArray("finalizers").add("kubernetes");
                object.putObject("status").put("phase", "Active");
            }
            case "Service" -> service(object, version);
            case "PersistentVolumeClaim" -> {
                metadata.withObject("/annotations").put("pv.kubernetes.io/bind-completed", "yes");
                object.withObject("/spec").put("volumeName", "pvc-" + uid);
                object.putObject("status").put("phase", "Bound");
            }
            case "Job" -> {
                metadata.withObject("/labels").put("batch.kubernetes.io/controller-uid", uid);
                object.withObject("/spec/selector/matchLabels").put("batch.kubernetes.io/controller-uid", uid);
                object.withObject("/spec/template/metadata/labels")
                        .put("batch.kubernetes.io/controller-uid", uid)
                        .put("batch.kubernetes.io/job-name", name);
                object.putObject("status");
            }
            case "Pod" -> {
                object.withObject("/spec").put("nodeName", "node-of-here").put("priority", 0);
                object.withObject("/spec").withArray("volumes").addObject().put("name", "kube-api-access-abcde");
                object.withObject("/spec")
                        .withArray("containers")
                        .forEach(container -> ((ObjectNode) container)
                                .withArray("volumeMounts")
                                .addObject()
                                .put("name", "kube-api-access-abcde")
                                .put("mountPath", "/var/run/secrets/kubernetes.io/serviceaccount"));
                object.putObject("status").put("phase", "Running");
            }
            case "Deployment" -> {
                metadata.withObject("/annotations").put("deployment.kubernetes.io/revision", "1");
                object.putObject("status").put("replicas", 1);
            }
            default -> {}
        }
    }

    private static void service(ObjectNode object, int version) {
        ObjectNode spec = object.withObject("/spec");
        if (!spec.path("clusterIP").asText().equals("None")) {
            String address = "10.96." + version / 250 % 250 + "." + version % 250;
            spec.put("clusterIP", address).putArray("clusterIPs").add(address);
        }
        spec.putArray("ipFamilies").add("IPv4");
        spec.put("ipFamilyPolicy", "SingleStack");
        if (!spec.path("type").asText("ClusterIP").equals("ClusterIP")) {
            int port = 30_000 + version % 2000;
            for (JsonNode each : spec.path("ports")) {
                if (!each.has("nodePort")) {
                    ((ObjectNode) each).put("nodePort", port++);
                }
            }
        }
        object.putObject("status");
    }

    static List<ObjectNode> ofNamespace(String name) {
        ObjectNode authority = InMemoryApi.object("v1", "ConfigMap", name, "kube-root-ca.crt");
        authority.putObject("data").put("ca.crt", "-----BEGIN CERTIFICATE-----");
        return List.of(authority, InMemoryApi.object("v1", "ServiceAccount", name, "default"));
    }

    /** Which field cannot be changed so; empty when all can. */
    static String immutable(ObjectNode there, ObjectNode object) {
        List<String> fields = switch (object.path("kind").asText()) {
            case "PersistentVolumeClaim" -> List.of("/spec");
            case "Job" -> List.of("/spec/selector", "/spec/template");
            case "Service" -> List.of("/spec/clusterIP", "/spec/clusterIPs");
            case "RoleBinding", "ClusterRoleBinding" -> List.of("/roleRef");
            default -> List.of();
        };
        for (String field : fields) {
            if (!there.at(field).equals(object.at(field))) {
                return field;
            }
        }
        return there.at("/metadata/uid").equals(object.at("/metadata/uid")) ? "" : "metadata.uid";
    }
}
