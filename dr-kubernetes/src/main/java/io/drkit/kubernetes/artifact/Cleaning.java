package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes away from an object what the one cluster gave it, so that what a person declared is left; and puts it back from the object of another cluster, so that
 * an update takes nothing away that is given there.
 */
final class Cleaning {

    private static final List<String> OF_ALL = List.of(
            "status",
            "metadata.uid",
            "metadata.resourceVersion",
            "metadata.generation",
            "metadata.creationTimestamp",
            "metadata.deletionTimestamp",
            "metadata.deletionGracePeriodSeconds",
            "metadata.managedFields",
            "metadata.selfLink",
            // By uid: a garbage collector elsewhere would delete what names an owner that it does not find.
            "metadata.ownerReferences",
            // Whoever guards an object puts its own there.
            "metadata.finalizers");

    private static final Set<String> ANNOTATIONS = Set.of(
            "kubectl.kubernetes.io/last-applied-configuration",
            "deployment.kubernetes.io/revision",
            "deprecated.daemonset.template.generation",
            "batch.kubernetes.io/job-tracking",
            "control-plane.alpha.kubernetes.io/leader",
            "endpoints.kubernetes.io/last-change-trigger-time",
            "pv.kubernetes.io/bind-completed",
            "pv.kubernetes.io/bound-by-controller",
            "volume.beta.kubernetes.io/storage-provisioner",
            "volume.kubernetes.io/storage-provisioner",
            "volume.kubernetes.io/selected-node",
            "volume.kubernetes.io/storage-resizer",
            // Which class a cluster takes where none is named. With a second one claims go elsewhere, and ingresses are
            // refused.
            "storageclass.kubernetes.io/is-default-class",
            "storageclass.beta.kubernetes.io/is-default-class",
            "ingressclass.kubernetes.io/is-default-class",
            // Where a network put a pod or a namespace: elsewhere it would take the addresses for given.
            "cni.projectcalico.org/containerID",
            "cni.projectcalico.org/podIP",
            "cni.projectcalico.org/podIPs",
            "k8s.v1.cni.cncf.io/network-status",
            "ovn.kubernetes.io/allocated",
            "ovn.kubernetes.io/cidr",
            "ovn.kubernetes.io/exclude_ips",
            "ovn.kubernetes.io/gateway",
            "ovn.kubernetes.io/ip_address",
            "ovn.kubernetes.io/logical_router",
            "ovn.kubernetes.io/logical_switch",
            "ovn.kubernetes.io/mac_address",
            "ovn.kubernetes.io/routed",
            "openshift.io/sa.scc.mcs",
            "openshift.io/sa.scc.supplemental-groups",
            "openshift.io/sa.scc.uid-range");

    /** Given by the Job controller unless the selector is a person's. */
    private static final Set<String> JOB_LABELS =
            Set.of("controller-uid", "batch.kubernetes.io/controller-uid", "job-name", "batch.kubernetes.io/job-name");

    /** A controller puts a CA into what bears one of these: cert-manager's, OpenShift's. */
    private static final Set<String> INJECTED = Set.of(
            "cert-manager.io/inject-ca-from",
            "cert-manager.io/inject-ca-from-secret",
            "cert-manager.io/inject-apiserver-ca",
            "service.beta.openshift.io/inject-cabundle");

    private static final String PULL_SECRETS = "imagePullSecrets";
    private static final String SERVICE_ACCOUNT_VOLUME = "kube-api-access-";

    private Cleaning() {}

    /** Cleans it in place. */
    static void clean(ObjectNode object) {
        boolean over = isOver(object);
        for (String path : paths(object)) {
            Trees.parents(object, path).forEach(parent -> parent.remove(Trees.last(path)));
        }
        keys(object).forEach((path, keys) -> {
            for (ObjectNode parent : Trees.parents(object, path)) {
                if (parent.get(Trees.last(path)) instanceof ObjectNode map) {
                    map.remove(keys);
                    if (map.isEmpty()) {
                        parent.remove(Trees.last(path));
                    }
                }
            }
        });
        switch (kind(object)) {
            case "Job.batch" -> {
                if (over && object.get("spec") instanceof ObjectNode spec) {
                    spec.put("suspend", true);
                }
            }
            case "Pod." -> withoutTokenVolume(object);
            case "ServiceAccount." -> Trees.removeElements(object, PULL_SECRETS, secret -> isGenerated(object, secret));
            default -> {}
        }
    }

    /** OpenShift gives each account one. */
    private static boolean isGenerated(JsonNode account, JsonNode pullSecret) {
        return Trees.text(pullSecret, "name").startsWith(Trees.text(account.path("metadata"), "name") + "-dockercfg-");
    }

    /** Takes only what an API server refuses or ignores in what is created: for what a person put into an archive as {@code kubectl get} shows it. */
    static void removeIdentity(ObjectNode object) {
        for (String path : OF_ALL) {
            Trees.parents(object, path).forEach(parent -> parent.remove(Trees.last(path)));
        }
    }

    /**
     * Puts into {@code desired}, which is clean, what cleaning would take from {@code current}; annotations that only {@code current} has, too, for others put
     * theirs there. What {@code desired} has stays.
     */
    static void keep(ObjectNode desired, ObjectNode current) {
        for (String path : paths(current)) {
            copy(desired, current, path);
        }
        Map<String, Set<String>> keys = keys(current);
        keys.forEach((path, names) -> {
            JsonNode there = Trees.at(current, path);
            names.forEach(name -> {
                if (there.has(name)) {
                    Trees.parents(desired, path)
                            .forEach(parent -> put(parent, Trees.last(path), name, there.get(name)));
                }
            });
        });
        JsonNode annotations = current.path("metadata").path("annotations");
        if (!annotations.isEmpty()) {
            ObjectNode wanted = desired.withObject("/metadata/annotations");
            annotations.properties().forEach(each -> wanted.putIfAbsent(each.getKey(), each.getValue()));
        }
        keepByKind(desired, current);
    }

    /** What is no map is left to the API server, which refuses it. */
    private static void put(ObjectNode parent, String map, String key, JsonNode value) {
        if (!parent.hasNonNull(map) || parent.get(map).isObject()) {
            parent.withObject("/" + map).putIfAbsent(key, value);
        }
    }

    private static void keepByKind(ObjectNode desired, ObjectNode current) {
        switch (kind(current)) {
            // One that was over when it was exported. To suspend the one that runs would end its pods.
            case "Job.batch" -> {
                if (!current.path("spec").path("suspend").asBoolean()
                        && desired.get("spec") instanceof ObjectNode spec
                        && spec.path("suspend").asBoolean()) {
                    spec.remove("suspend");
                    copy(desired, current, "spec.suspend");
                }
            }
            // What admission gave a pod, its token above all, cannot be taken from it.
            case "Pod." -> {
                ObjectNode ours = desired.deepCopy();
                ObjectNode theirs = current.deepCopy();
                clean(ours);
                clean(theirs);
                if (Trees.same(ours.path("spec"), theirs.path("spec"))) {
                    desired.set("spec", current.path("spec"));
                }
            }
            case "ServiceAccount." -> {
                ArrayNode secrets = desired.arrayNode();
                current.path(PULL_SECRETS).forEach(secret -> {
                    if (isGenerated(current, secret)) {
                        secrets.add(secret);
                    }
                });
                if (!secrets.isEmpty()) {
                    desired.path(PULL_SECRETS).forEach(secrets::add);
                    desired.set(PULL_SECRETS, secrets);
                }
            }
            // Bound, or about to be: hardly anything of it may be changed, and what may (its size) has a cost there.
            case "PersistentVolumeClaim." -> desired.set("spec", current.path("spec"));
            case "ClusterRoleBinding.rbac.authorization.k8s.io" -> {
                // The archive has the service accounts of its namespaces only.
                if (!current.path("subjects").isEmpty()) {
                    var wanted = desired.withArray("/subjects");
                    current.path("subjects").forEach(subject -> {
                        boolean has = false;
                        for (JsonNode each : wanted) {
                            has |= Trees.same(each, subject);
                        }
                        if (!has) {
                            wanted.add(subject);
                        }
                    });
                }
            }
            default -> {}
        }
    }

    /** Element by element where a path goes through arrays: those of the same name, or in the same place. */
    private static void copy(ObjectNode desired, ObjectNode current, String path) {
        int array = path.indexOf("[].");
        if (array < 0) {
            JsonNode there = Trees.at(current, path);
            if (!there.isMissingNode()) {
                Trees.parents(desired, path).forEach(parent -> parent.putIfAbsent(Trees.last(path), there));
            }
            return;
        }
        JsonNode ours = Trees.at(desired, path.substring(0, array));
        JsonNode theirs = Trees.at(current, path.substring(0, array));
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            if (ours.get(i) instanceof ObjectNode mine
                    && theirs.get(i) instanceof ObjectNode other
                    && mine.path("name").equals(other.path("name"))) {
                copy(mine, other, path.substring(array + 3));
            }
        }
    }

    private static String kind(JsonNode object) {
        String version = Trees.text(object, "apiVersion");
        int slash = version.indexOf('/');
        return Trees.text(object, "kind") + "." + (slash < 0 ? "" : version.substring(0, slash));
    }

    private static List<String> paths(ObjectNode object) {
        List<String> paths = new ArrayList<>(OF_ALL);
        switch (kind(object)) {
            // Of a namespace nothing but the finalizer "kubernetes".
            case "Namespace." -> paths.add("spec");
            case "Service." -> service(object, paths);
            // What a claim is filled from lies at the one site.
            case "PersistentVolumeClaim." ->
                paths.addAll(List.of("spec.volumeName", "spec.dataSource", "spec.dataSourceRef"));
            case "ServiceAccount." -> paths.add("secrets");
            case "PriorityClass.scheduling.k8s.io" -> paths.add("globalDefault");
            case "Pod." -> paths.addAll(List.of("spec.nodeName", "spec.priority", "spec.preemptionPolicy"));
            case "Job.batch" -> {
                if (!object.path("spec").path("manualSelector").asBoolean()) {
                    paths.add("spec.selector");
                }
            }
            case "ClusterRole.rbac.authorization.k8s.io" -> {
                // A controller fills them in.
                if (!object.path("aggregationRule").isEmpty()) {
                    paths.add("rules");
                }
            }
            case "MutatingWebhookConfiguration.admissionregistration.k8s.io",
                    "ValidatingWebhookConfiguration.admissionregistration.k8s.io" ->
                injected(object, "webhooks[].clientConfig.caBundle", paths);
            case "CustomResourceDefinition.apiextensions.k8s.io" ->
                injected(object, "spec.conversion.webhook.clientConfig.caBundle", paths);
            case "APIService.apiregistration.k8s.io" -> injected(object, "spec.caBundle", paths);
            case "StatefulSet.apps" -> {
                paths.add("spec.volumeClaimTemplates[].status");
                paths.add("spec.volumeClaimTemplates[].metadata.creationTimestamp");
            }
            case "CronJob.batch" -> paths.add("spec.jobTemplate.metadata.creationTimestamp");
            default -> {}
        }
        String template = template(object);
        if (!template.isEmpty()) {
            paths.add(template + ".metadata.creationTimestamp");
        }
        return paths;
    }

    /** Ports and addresses of the one cluster. A node port that a person puts into the YAML is kept. */
    private static void service(ObjectNode object, List<String> paths) {
        paths.addAll(List.of("spec.ports[].nodePort", "spec.healthCheckNodePort", "spec.ipFamilies"));
        if (!Trees.text(object.path("spec"), "clusterIP").equals("None")) {
            paths.add("spec.clusterIP");
            paths.add("spec.clusterIPs");
        }
        if (Trees.text(object.path("spec"), "ipFamilyPolicy").equals("SingleStack")) {
            paths.add("spec.ipFamilyPolicy");
        }
    }

    private static void injected(ObjectNode object, String path, List<String> paths) {
        JsonNode annotations = object.path("metadata").path("annotations");
        if (INJECTED.stream().anyMatch(annotations::has)) {
            paths.add(path);
        }
    }

    /** Which keys of which maps are taken. */
    private static Map<String, Set<String>> keys(ObjectNode object) {
        return switch (kind(object)) {
            case "Job.batch" ->
                object.path("spec").path("manualSelector").asBoolean()
                        ? Map.of("metadata.annotations", ANNOTATIONS)
                        : Map.of(
                                "metadata.annotations",
                                ANNOTATIONS,
                                "metadata.labels",
                                JOB_LABELS,
                                "spec.template.metadata.labels",
                                JOB_LABELS);
            case "Namespace." ->
                Map.of("metadata.annotations", ANNOTATIONS, "metadata.labels", Set.of("kubernetes.io/metadata.name"));
            default -> Map.of("metadata.annotations", ANNOTATIONS);
        };
    }

    /** Where an object has the template of its pods; empty for one without. */
    static String template(JsonNode object) {
        return switch (kind(object)) {
            case "Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "ReplicaSet.apps", "Job.batch" ->
                "spec.template";
            case "ReplicationController." -> "spec.template";
            case "CronJob.batch" -> "spec.jobTemplate.spec.template";
            case "PodTemplate." -> "template";
            default -> "";
        };
    }

    private static boolean isOver(JsonNode object) {
        for (JsonNode condition : object.path("status").path("conditions")) {
            String type = Trees.text(condition, "type");
            if (Trees.text(condition, "status").equals("True") && (type.equals("Complete") || type.equals("Failed"))) {
                return true;
            }
        }
        return false;
    }

    /** The token that admission mounts into each pod. */
    private static void withoutTokenVolume(ObjectNode pod) {
        if (!(pod.get("spec") instanceof ObjectNode spec)) {
            return;
        }
        Trees.removeElements(
                spec, "volumes", volume -> Trees.text(volume, "name").startsWith(SERVICE_ACCOUNT_VOLUME));
        for (String containers : List.of("containers", "initContainers", "ephemeralContainers")) {
            for (JsonNode container : spec.path(containers)) {
                Trees.removeElements(
                        (ObjectNode) container,
                        "volumeMounts",
                        mount -> Trees.text(mount, "name").startsWith(SERVICE_ACCOUNT_VOLUME));
            }
        }
    }
}
