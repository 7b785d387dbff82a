package io.drkit.keyspace;

import static java.util.Map.entry;

import io.drkit.keystore.Bytes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A key of kube-apiserver, taken apart.
 *
 * <p>Built-in kinds are stored under {@code PREFIX/resource/[namespace/]name}, which does not tell their group: a table here does. A built-in
 * resource that the table does not know, of a newer Kubernetes, is taken to be of the core group. Custom resources are stored under
 * {@code PREFIX/group/plural/[namespace/]name}, and their group has a dot.
 *
 * @param namespace null for what is cluster-scoped
 * @param name empty for a key that is the resource itself, such as {@code /registry/ranges/serviceips}
 */
public record RegistryKey(GroupResource resource, @Nullable String namespace, String name) {

    /** kube-apiserver's default {@code --etcd-prefix}. */
    public static final String DEFAULT_PREFIX = "/registry";

    /** Stored elsewhere than under their own name: kube-apiserver's special default resource prefixes, and what is no REST resource. */
    private static final Map<String, GroupResource> ODD = Map.ofEntries(
            entry("services/specs", core("services")),
            entry("services/endpoints", core("endpoints")),
            entry("minions", core("nodes")),
            entry("controllers", core("replicationcontrollers")),
            entry("ingress", new GroupResource("networking.k8s.io", "ingresses")),
            entry("podsecuritypolicy", new GroupResource("policy", "podsecuritypolicies")),
            entry("ranges/serviceips", core("serviceipallocations")),
            entry("ranges/servicenodeports", core("servicenodeportallocations")),
            entry("masterleases", core("apiserveripinfo")),
            entry("peerserverleases", core("apiserverpeeripinfo")));

    private static final Map<String, String> GROUPS = groups(Map.ofEntries(
            entry("apps", "controllerrevisions daemonsets deployments replicasets statefulsets"),
            entry("batch", "cronjobs jobs"),
            entry("autoscaling", "horizontalpodautoscalers"),
            entry("policy", "poddisruptionbudgets"),
            entry("networking.k8s.io", "ingresses ingressclasses ipaddresses networkpolicies servicecidrs"),
            entry("rbac.authorization.k8s.io", "clusterrolebindings clusterroles rolebindings roles"),
            entry(
                    "storage.k8s.io",
                    "csidrivers csinodes csistoragecapacities storageclasses volumeattachments volumeattributesclasses"),
            entry("storagemigration.k8s.io", "storageversionmigrations"),
            entry("coordination.k8s.io", "leasecandidates leases"),
            entry("discovery.k8s.io", "endpointslices"),
            entry("node.k8s.io", "runtimeclasses"),
            entry("scheduling.k8s.io", "podgroups priorityclasses workloads"),
            entry("flowcontrol.apiserver.k8s.io", "flowschemas prioritylevelconfigurations"),
            entry(
                    "admissionregistration.k8s.io",
                    "mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations"
                            + " validatingadmissionpolicies validatingadmissionpolicybindings validatingwebhookconfigurations"),
            entry("certificates.k8s.io", "certificatesigningrequests clustertrustbundles podcertificaterequests"),
            entry(
                    "resource.k8s.io",
                    "deviceclasses devicetaintrules resourceclaims resourceclaimtemplates resourceslices"),
            entry("internal.apiserver.k8s.io", "storageversions")));

    /** Empty for a key that is not below {@code prefix}, such as DrKit's own or {@code compact_rev_key}. */
    public static Optional<RegistryKey> parse(Bytes key, String prefix) {
        Bytes folder = Bytes.utf8(prefix.endsWith("/") ? prefix : prefix + "/");
        if (!key.startsWith(folder) || key.size() == folder.size()) {
            return Optional.empty();
        }
        List<String> parts = Arrays.asList(key.dropFirst(folder.size()).utf8().split("/", -1));
        int own = parts.size() > 1 && (parts.get(0).contains(".") || ODD.containsKey(parts.get(0) + "/" + parts.get(1)))
                ? 2
                : 1;
        GroupResource resource = own == 2 ? twoParts(parts.get(0), parts.get(1)) : onePart(parts.get(0));
        List<String> rest = parts.subList(own, parts.size());
        boolean namespaced = rest.size() > 1;
        return Optional.of(new RegistryKey(
                resource,
                namespaced ? rest.get(0) : null,
                String.join("/", namespaced ? rest.subList(1, rest.size()) : rest)));
    }

    private static GroupResource onePart(String first) {
        GroupResource odd = ODD.get(first);
        return odd != null ? odd : new GroupResource(GROUPS.getOrDefault(first, ""), first);
    }

    private static GroupResource twoParts(String first, String second) {
        GroupResource odd = ODD.get(first + "/" + second);
        return odd != null ? odd : new GroupResource(first, second);
    }

    private static GroupResource core(String resource) {
        return new GroupResource("", resource);
    }

    private static Map<String, String> groups(Map<String, String> resourcesByGroup) {
        Map<String, String> groups = new HashMap<>();
        resourcesByGroup.forEach((group, resources) -> {
            for (String resource : resources.split(" ", -1)) {
                groups.put(resource, group);
            }
        });
        return Map.copyOf(groups);
    }
}
