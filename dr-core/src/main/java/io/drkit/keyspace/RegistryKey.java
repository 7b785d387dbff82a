package io.drkit.keyspace;

import static java.util.Map.entry;

import io.drkit.keystore.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A key of kube-apiserver, taken apart.
 *
 * <p>Built-in kinds are stored under {@code PREFIX/resource/[namespace/]name}, which does not tell their group: a table here does. A built-in
 * resource that the table does not know, of a newer Kubernetes, is taken to be of the core group. Custom resources are stored under
 * {@code PREFIX/group/plural/[namespace/]name}, and their group has a dot. Any bytes are an answer: what kube-apiserver would not write is told by
 * {@link #isOfObject}.
 *
 * @param namespace null for what is cluster-scoped
 * @param name empty for a key that is the resource itself, such as {@code /registry/ranges/serviceips}
 */
public record RegistryKey(GroupResource resource, @Nullable String namespace, String name) {

    /** kube-apiserver's default {@code --etcd-prefix}. */
    public static final String DEFAULT_PREFIX = "/registry";

    /** Stored as they are called. */
    private static final Map<String, GroupResource> BUILT_IN = builtIn(Map.ofEntries(
            entry(
                    "",
                    "configmaps events limitranges namespaces persistentvolumeclaims persistentvolumes pods podtemplates"
                            + " resourcequotas secrets serviceaccounts"),
            entry(
                    "admissionregistration.k8s.io",
                    "mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations"
                            + " validatingadmissionpolicies validatingadmissionpolicybindings validatingwebhookconfigurations"),
            entry("apps", "controllerrevisions daemonsets deployments replicasets statefulsets"),
            entry("autoscaling", "horizontalpodautoscalers"),
            entry("batch", "cronjobs jobs"),
            entry("certificates.k8s.io", "certificatesigningrequests clustertrustbundles podcertificaterequests"),
            entry("coordination.k8s.io", "leasecandidates leases"),
            entry("discovery.k8s.io", "endpointslices"),
            entry("flowcontrol.apiserver.k8s.io", "flowschemas prioritylevelconfigurations"),
            entry("internal.apiserver.k8s.io", "storageversions"),
            entry("networking.k8s.io", "ingressclasses ipaddresses networkpolicies servicecidrs"),
            entry("node.k8s.io", "runtimeclasses"),
            entry("policy", "poddisruptionbudgets"),
            entry("rbac.authorization.k8s.io", "clusterrolebindings clusterroles rolebindings roles"),
            entry(
                    "resource.k8s.io",
                    "deviceclasses devicetaintrules resourceclaims resourceclaimtemplates resourcepoolstatusrequests"
                            + " resourceslices"),
            entry("scheduling.k8s.io", "podgroups priorityclasses workloads"),
            entry(
                    "storage.k8s.io",
                    "csidrivers csinodes csistoragecapacities storageclasses volumeattachments volumeattributesclasses"),
            entry("storagemigration.k8s.io", "storageversionmigrations")));

    /** Stored elsewhere than under their own name: kube-apiserver's special default resource prefixes, and what is no REST resource. */
    private static final Map<String, GroupResource> ODD = Map.of(
            "minions", core("nodes"),
            "controllers", core("replicationcontrollers"),
            "ingress", new GroupResource("networking.k8s.io", "ingresses"),
            "podsecuritypolicy", new GroupResource("policy", "podsecuritypolicies"),
            "masterleases", core("apiserveripinfo"),
            "peerserverleases", core("apiserverpeeripinfo"));

    /** The same, where two parts make the path. */
    private static final Map<String, Map<String, GroupResource>> NESTED = Map.of(
            "services", Map.of("specs", core("services"), "endpoints", core("endpoints")),
            "ranges",
                    Map.of(
                            "serviceips", core("serviceipallocations"),
                            "secondaryserviceips", core("serviceipallocations"),
                            "servicenodeports", core("servicenodeportallocations")));

    /** Empty for a key that is not below {@code prefix}, such as DrKit's own or {@code compact_rev_key}. */
    public static Optional<RegistryKey> parse(Bytes key, String prefix) {
        return Optional.ofNullable(below(folder(prefix), key));
    }

    /** What every key under a prefix begins with. */
    static Bytes folder(String prefix) {
        return Bytes.utf8(prefix.endsWith("/") ? prefix : prefix + "/");
    }

    /** As {@link #parse}, for who asks of every key there is. */
    static @Nullable RegistryKey below(Bytes folder, Bytes key) {
        byte[] bytes = key.unsafeArray();
        if (!key.startsWith(folder) || bytes.length == folder.size()) {
            return null;
        }
        int end = slash(bytes, folder.size());
        String first = text(bytes, folder.size(), end);
        GroupResource resource = null;
        if (end < bytes.length) {
            int second = slash(bytes, end + 1);
            resource = inTwoParts(first, bytes, end + 1, second);
            end = resource == null ? end : second;
        }
        if (resource == null) {
            resource = inOnePart(first);
        }
        if (end >= bytes.length) {
            return new RegistryKey(resource, null, "");
        }
        int slash = slash(bytes, end + 1);
        return slash == bytes.length
                ? new RegistryKey(resource, null, text(bytes, end + 1, slash))
                : new RegistryKey(resource, text(bytes, end + 1, slash), text(bytes, slash + 1, bytes.length));
    }

    private static @Nullable GroupResource inTwoParts(String first, byte[] bytes, int from, int to) {
        if (first.indexOf('.') >= 0) {
            return new GroupResource(first, text(bytes, from, to));
        }
        Map<String, GroupResource> nested = NESTED.get(first);
        return nested == null ? null : nested.get(text(bytes, from, to));
    }

    private static GroupResource inOnePart(String first) {
        GroupResource known = BUILT_IN.get(first);
        if (known == null) {
            known = ODD.get(first);
        }
        return known == null ? core(first) : known;
    }

    /** The built-in resources of a name: what somebody may mean who does not say the group. */
    static List<GroupResource> builtInNamed(String resource) {
        return Stream.of(Stream.of(BUILT_IN, ODD), NESTED.values().stream())
                .flatMap(maps -> maps)
                .flatMap(map -> map.values().stream())
                .filter(known -> known.resource().equals(resource))
                .distinct()
                .toList();
    }

    /** Whether kube-apiserver could have an object under such a key: every part is there, and is text. */
    public boolean isOfObject() {
        return isPart(resource.resource()) && isPart(name) && (namespace == null || isPart(namespace));
    }

    /** A slash cannot be in the name of an object; bytes that are no UTF-8 were read as U+FFFD. */
    private static boolean isPart(String text) {
        return !text.isEmpty() && text.indexOf('/') < 0 && text.indexOf('\uFFFD') < 0;
    }

    private static int slash(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != '/') {
            at++;
        }
        return at;
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    private static GroupResource core(String resource) {
        return new GroupResource("", resource);
    }

    private static Map<String, GroupResource> builtIn(Map<String, String> resourcesByGroup) {
        Map<String, GroupResource> all = new HashMap<>();
        resourcesByGroup.forEach((group, resources) -> {
            for (String resource : resources.split(" ", -1)) {
                all.put(resource, new GroupResource(group, resource));
            }
        });
        return Map.copyOf(all);
    }
}
