package io.drkit.object;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The fields of an object that decide something for DrKit; each is found in protobuf by numbers and in JSON by names. The numbers are those of
 * Kubernetes' {@code generated.proto}. What is empty or zero counts as not set, and each value is told once.
 */
@SuppressWarnings("ImmutableEnumChecker") // its sets and lists are copies that nothing changes
public enum ObjectField {

    /** A Secret's type. */
    SECRET_TYPE("", "Secret", Path.of("type", 3)),

    /** What becomes of a PersistentVolume's disk once its claim is gone. */
    PV_RECLAIM_POLICY("", "PersistentVolume", Path.of("spec.persistentVolumeReclaimPolicy", 2, 5)),

    /** The namespaces of the services that a webhook configuration calls. */
    WEBHOOK_SERVICE_NAMESPACE(
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration MutatingWebhookConfiguration",
            Path.of("webhooks.clientConfig.service.namespace", 2, 2, 1, 1)),

    /** The namespace of the service that answers for an API group; none for the groups that kube-apiserver serves itself. */
    APISERVICE_SERVICE_NAMESPACE("apiregistration.k8s.io", "APIService", Path.of("spec.service.namespace", 2, 1, 1)),

    /** A Service's cluster addresses; none for a headless one. */
    SERVICE_CLUSTER_IPS("", "Service", Path.of("spec.clusterIP", 2, 3), Path.of("spec.clusterIPs", 2, 18)) {
        @Override
        Stream<String> read(Path.Part object) {
            return super.read(object).filter(address -> !address.equals("None"));
        }
    },

    /** The ports of nodes that a Service takes, as {@code TCP/30080}; that of its health check among them. */
    SERVICE_NODE_PORTS("", "Service", Path.of("spec.ports", 2, 1), Path.of("spec.healthCheckNodePort", 2, 12)) {
        @Override
        Stream<String> read(Path.Part object) {
            Stream<String> ports =
                    at(0).in(object).map(port -> port(port.text("protocol", 2), port.text("nodePort", 5)));
            return Stream.concat(ports, at(1).in(object).map(port -> port("TCP", port.text())));
        }

        private String port(String protocol, String number) {
            return number.isEmpty() || number.equals("0") ? "" : (protocol.isEmpty() ? "TCP" : protocol) + "/" + number;
        }
    },

    /** The group of the kind that a CustomResourceDefinition defines. */
    CRD_GROUP("apiextensions.k8s.io", "CustomResourceDefinition", Path.of("spec.group", 2, 1)),

    CRD_KIND("apiextensions.k8s.io", "CustomResourceDefinition", Path.of("spec.names.kind", 2, 3, 4)),

    /** The resource of that kind, as it stands in keys. */
    CRD_PLURAL("apiextensions.k8s.io", "CustomResourceDefinition", Path.of("spec.names.plural", 2, 3, 1)),

    /** {@code Namespaced} or {@code Cluster}. */
    CRD_SCOPE("apiextensions.k8s.io", "CustomResourceDefinition", Path.of("spec.scope", 2, 4)),

    /** The PersistentVolume that a claim is bound to, or asks for. */
    CLAIM_VOLUME_NAME("", "PersistentVolumeClaim", Path.of("spec.volumeName", 2, 3));

    private final String group;
    private final Set<String> kinds;
    private final List<Path> paths;

    ObjectField(String group, String kinds, Path... paths) {
        this.group = group;
        this.kinds = Set.copyOf(Arrays.asList(kinds.split(" ", -1)));
        this.paths = List.of(paths);
    }

    /** Whether objects of this kind have the field: in those of another, its number is something else. */
    boolean isOf(StoredObject object) {
        return kinds.contains(object.kind()) && group.equals(object.group());
    }

    List<String> in(Path.Part object) {
        return read(object).filter(text -> !text.isEmpty()).distinct().toList();
    }

    Stream<String> read(Path.Part object) {
        return paths.stream().flatMap(path -> path.in(object)).map(Path.Part::text);
    }

    Path at(int index) {
        return paths.get(index);
    }
}
