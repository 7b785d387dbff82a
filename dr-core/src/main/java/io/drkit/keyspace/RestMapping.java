package io.drkit.keyspace;

import static java.util.Map.entry;

import io.drkit.keystore.Bytes;
import io.drkit.object.ObjectField;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which key an object named by kind has: a table for built-in kinds, custom resource definitions for the others. Versions do not matter, for an
 * object is stored once, whatever version names it. Thread-safe.
 */
public final class RestMapping {

    /** {@code path} is what stands between the prefix and the namespace or name. */
    private record Target(GroupResource resource, String path, boolean namespaced) {}

    private static final Map<String, Target> BUILT_IN = builtIn();

    private final String prefix;
    private final Map<String, Target> custom = new ConcurrentHashMap<>();

    /** @param registryPrefix kube-apiserver's {@code --etcd-prefix} */
    public RestMapping(String registryPrefix) {
        this.prefix = registryPrefix.endsWith("/") ? registryPrefix : registryPrefix + "/";
    }

    /** Takes in a CustomResourceDefinition; anything else is passed over. */
    public void learn(StoredObject definition) {
        String group = first(definition, ObjectField.CRD_GROUP);
        String kind = first(definition, ObjectField.CRD_KIND);
        String plural = first(definition, ObjectField.CRD_PLURAL);
        if (!group.isEmpty() && !kind.isEmpty() && !plural.isEmpty()) {
            custom.put(
                    id(group, kind),
                    new Target(
                            new GroupResource(group, plural),
                            group + "/" + plural,
                            !"Cluster".equals(first(definition, ObjectField.CRD_SCOPE))));
        }
    }

    /**
     * The key of an owner.
     *
     * @param namespace of the dependent; null for one that is cluster-scoped
     * @return empty for a kind that is not known: a garbage collector does not know it, either, and deletes nothing on its account. Empty, too, for
     *     an owner in a namespace of a dependent in none, which Kubernetes does not allow
     */
    public Optional<Bytes> key(OwnerReference owner, @Nullable String namespace) {
        Target target = target(owner);
        if (target == null || (target.namespaced() && namespace == null)) {
            return Optional.empty();
        }
        return Optional.of(
                Bytes.utf8(prefix + target.path() + (target.namespaced() ? "/" + namespace : "") + "/" + owner.name()));
    }

    /**
     * The resource of an owner's kind, without having seen any definition: of built-in kinds by the table; of others the plural is guessed, as
     * Kubernetes' own clients guess it, and so do nearly all definitions have it.
     */
    static GroupResource resource(OwnerReference owner) {
        String group = group(owner);
        Target builtIn = BUILT_IN.get(id(group, owner.kind()));
        return builtIn == null ? new GroupResource(group, plural(owner.kind())) : builtIn.resource();
    }

    private static String plural(String kind) {
        String singular = kind.toLowerCase(Locale.ROOT);
        if (singular.endsWith("s")) {
            return singular + "es";
        }
        return singular.endsWith("y") ? singular.substring(0, singular.length() - 1) + "ies" : singular + "s";
    }

    private static String group(OwnerReference owner) {
        int slash = owner.apiVersion().indexOf('/');
        return slash < 0 ? "" : owner.apiVersion().substring(0, slash);
    }

    private @Nullable Target target(OwnerReference owner) {
        String id = id(group(owner), owner.kind());
        Target builtIn = BUILT_IN.get(id);
        return builtIn == null ? custom.get(id) : builtIn;
    }

    private static String id(String group, String kind) {
        return group + "/" + kind;
    }

    private static String first(StoredObject object, ObjectField field) {
        List<String> values = object.values(field);
        return values.isEmpty() ? "" : values.get(0);
    }

    /** Kinds that can own others or be named as owners; each with the path under which it is stored, as {@link RegistryKey} reads it. */
    private static Map<String, Target> builtIn() {
        Map<String, Target> targets = new HashMap<>();
        Map<String, String> namespaced = Map.ofEntries(
                entry(
                        "",
                        "ConfigMap=configmaps Endpoints=services/endpoints Event=events LimitRange=limitranges"
                                + " PersistentVolumeClaim=persistentvolumeclaims Pod=pods PodTemplate=podtemplates"
                                + " ReplicationController=controllers ResourceQuota=resourcequotas Secret=secrets"
                                + " Service=services/specs ServiceAccount=serviceaccounts"),
                entry(
                        "apps",
                        "ControllerRevision=controllerrevisions DaemonSet=daemonsets Deployment=deployments"
                                + " ReplicaSet=replicasets StatefulSet=statefulsets"),
                entry("autoscaling", "HorizontalPodAutoscaler=horizontalpodautoscalers"),
                entry("batch", "CronJob=cronjobs Job=jobs"),
                entry("certificates.k8s.io", "PodCertificateRequest=podcertificaterequests"),
                entry("coordination.k8s.io", "Lease=leases LeaseCandidate=leasecandidates"),
                entry("discovery.k8s.io", "EndpointSlice=endpointslices"),
                entry("events.k8s.io", "Event=events"),
                entry("networking.k8s.io", "Ingress=ingress NetworkPolicy=networkpolicies"),
                entry("policy", "PodDisruptionBudget=poddisruptionbudgets"),
                entry("rbac.authorization.k8s.io", "Role=roles RoleBinding=rolebindings"),
                entry("resource.k8s.io", "ResourceClaim=resourceclaims ResourceClaimTemplate=resourceclaimtemplates"),
                entry("scheduling.k8s.io", "PodGroup=podgroups Workload=workloads"),
                entry("storage.k8s.io", "CSIStorageCapacity=csistoragecapacities"));
        Map<String, String> cluster = Map.ofEntries(
                entry("", "Namespace=namespaces Node=minions PersistentVolume=persistentvolumes"),
                entry(
                        "admissionregistration.k8s.io",
                        "MutatingAdmissionPolicy=mutatingadmissionpolicies"
                                + " MutatingAdmissionPolicyBinding=mutatingadmissionpolicybindings"
                                + " MutatingWebhookConfiguration=mutatingwebhookconfigurations"
                                + " ValidatingAdmissionPolicy=validatingadmissionpolicies"
                                + " ValidatingAdmissionPolicyBinding=validatingadmissionpolicybindings"
                                + " ValidatingWebhookConfiguration=validatingwebhookconfigurations"),
                entry(
                        "apiextensions.k8s.io",
                        "CustomResourceDefinition=apiextensions.k8s.io/customresourcedefinitions"),
                entry("apiregistration.k8s.io", "APIService=apiregistration.k8s.io/apiservices"),
                entry(
                        "certificates.k8s.io",
                        "CertificateSigningRequest=certificatesigningrequests ClusterTrustBundle=clustertrustbundles"),
                entry(
                        "flowcontrol.apiserver.k8s.io",
                        "FlowSchema=flowschemas PriorityLevelConfiguration=prioritylevelconfigurations"),
                entry("internal.apiserver.k8s.io", "StorageVersion=storageversions"),
                entry(
                        "networking.k8s.io",
                        "IngressClass=ingressclasses IPAddress=ipaddresses ServiceCIDR=servicecidrs"),
                entry("node.k8s.io", "RuntimeClass=runtimeclasses"),
                entry("rbac.authorization.k8s.io", "ClusterRole=clusterroles ClusterRoleBinding=clusterrolebindings"),
                entry(
                        "resource.k8s.io",
                        "DeviceClass=deviceclasses DeviceTaintRule=devicetaintrules"
                                + " ResourcePoolStatusRequest=resourcepoolstatusrequests ResourceSlice=resourceslices"),
                entry("scheduling.k8s.io", "PriorityClass=priorityclasses"),
                entry(
                        "storage.k8s.io",
                        "CSIDriver=csidrivers CSINode=csinodes StorageClass=storageclasses"
                                + " VolumeAttachment=volumeattachments VolumeAttributesClass=volumeattributesclasses"),
                entry("storagemigration.k8s.io", "StorageVersionMigration=storageversionmigrations"));
        enter(namespaced, true, targets);
        enter(cluster, false, targets);
        return Map.copyOf(targets);
    }

    private static void enter(Map<String, String> kindsByGroup, boolean namespaced, Map<String, Target> targets) {
        kindsByGroup.forEach((group, kinds) -> {
            for (String kind : kinds.split(" ", -1)) {
                int equals = kind.indexOf('=');
                String path = kind.substring(equals + 1);
                targets.put(id(group, kind.substring(0, equals)), new Target(stored(path), path, namespaced));
            }
        });
    }

    private static GroupResource stored(String path) {
        return RegistryKey.parse(Bytes.utf8("/" + path + "/"), "/")
                .orElseThrow()
                .resource();
    }
}
