package io.drkit.keyspace;

import static io.drkit.keyspace.KeyClass.CLUSTER_LOCAL;
import static io.drkit.keyspace.KeyClass.DERIVED;
import static io.drkit.keyspace.KeyClass.EPHEMERAL;

import io.drkit.keyspace.ScopeDecision.Verdict;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every reason why a key belongs to a living standby's scope or not, each with its sentence: who decides takes one of these, and who explains
 * says it. In a sentence, {@code %s} is the namespace, the resource or what else the rule is about.
 */
enum ScopeRule {
    DRKIT_OWN("It is DrKit's own, which no scope holds."),
    LEASED("It is leased, and no scope holds what is: a copy without the lease would stay for ever."),
    OUTSIDE("It is not under %s."),
    NO_OBJECT("It is no key of an object: kube-apiserver writes none like it."),

    // What the user wants.
    KEY_EXCLUDED("This key was excluded by name."),
    KEY_INCLUDED(Verdict.MIRRORED, "This key was included by name."),
    RESOURCE_EXCLUDED("The resource %s was excluded."),
    NAMESPACE_EXCLUDED("The namespace %s was excluded."),

    // What the resource tells.
    PODS(DERIVED, "Each cluster's controllers make the Pods of their workloads, on nodes of their own.", "pods"),
    ENDPOINTS(
            DERIVED,
            "Each cluster's controllers make them from their own Pods.",
            "endpoints endpointslices.discovery.k8s.io"),
    EVENTS(EPHEMERAL, "Events live for an hour; a copy would stay for ever.", "events"),
    LEASES(
            EPHEMERAL,
            "A lease elects leaders among the processes of one cluster, or tells that a node of it is alive.",
            "leases.coordination.k8s.io leasecandidates.coordination.k8s.io"),
    API_SERVERS(
            EPHEMERAL,
            "It tells where the kube-apiservers of one cluster are, and that they are well.",
            "apiserveripinfo apiserverpeeripinfo health"),
    NODES(
            CLUSTER_LOCAL,
            "It is about the nodes of one cluster: controllers of the other would clean up what is on nodes that they do not have.",
            "nodes csinodes.storage.k8s.io csistoragecapacities.storage.k8s.io volumeattachments.storage.k8s.io"
                    + " resourceslices.resource.k8s.io devicetaintrules.resource.k8s.io"
                    + " resourcepoolstatusrequests.resource.k8s.io"),
    SERVICE_ADDRESSES(
            CLUSTER_LOCAL,
            "Each cluster allots addresses and ports to its Services itself.",
            "serviceipallocations servicenodeportallocations ipaddresses.networking.k8s.io servicecidrs.networking.k8s.io"),
    CERTIFICATE_REQUESTS(
            CLUSTER_LOCAL,
            "The authority of one cluster signs it.",
            "certificatesigningrequests.certificates.k8s.io podcertificaterequests.certificates.k8s.io"),
    STORED_VERSIONS(
            CLUSTER_LOCAL,
            "It is about how one cluster stores its objects.",
            "storageversions.internal.apiserver.k8s.io storageversionmigrations.storagemigration.k8s.io"),
    FLOW_CONTROL(
            CLUSTER_LOCAL,
            "Each control plane makes it for its own version and load.",
            "flowschemas.flowcontrol.apiserver.k8s.io prioritylevelconfigurations.flowcontrol.apiserver.k8s.io"),
    REPLICATION(
            CLUSTER_LOCAL, "A copy of it would push the standby's volumes over the primary's.", "*.volsync.backube"),
    BACKUPS(
            CLUSTER_LOCAL,
            "Snapshots and backups belong to one site.",
            "*.snapshot.storage.k8s.io *.groupsnapshot.storage.k8s.io *.velero.io"),
    NETWORK(
            CLUSTER_LOCAL,
            "Each site's network allots its addresses and knows its nodes.",
            "*.kubeovn.io *.whereabouts.cni.cncf.io *.spiderpool.spidernet.io *.metallb.io *.submariner.io"
                    + " *.crd.projectcalico.org *.projectcalico.org *.operator.tigera.io"
                    + " ciliumnodes.cilium.io ciliumendpoints.cilium.io ciliumendpointslices.cilium.io"
                    + " ciliumidentities.cilium.io ciliumpodippools.cilium.io ciliumloadbalancerippools.cilium.io"
                    + " ciliuml2announcementpolicies.cilium.io ciliumnodeconfigs.cilium.io"
                    + " ciliumexternalworkloads.cilium.io ciliumbgpadvertisements.cilium.io"
                    + " ciliumbgpclusterconfigs.cilium.io ciliumbgpnodeconfigs.cilium.io"
                    + " ciliumbgpnodeconfigoverrides.cilium.io ciliumbgppeerconfigs.cilium.io"
                    + " ciliumbgppeeringpolicies.cilium.io"
                    + " antreaagentinfos.crd.antrea.io antreacontrollerinfos.crd.antrea.io ippools.crd.antrea.io"
                    + " externalippools.crd.antrea.io"
                    + " clusternetworks.network.openshift.io hostsubnets.network.openshift.io"
                    + " netnamespaces.network.openshift.io egressips.k8s.ovn.org"),

    // What the name tells.
    API_SERVER_ADDRESS(CLUSTER_LOCAL, "It leads to the kube-apiservers of one cluster."),
    OWN_AUTHORITY(CLUSTER_LOCAL, "It holds the certificates of one cluster's own authority."),
    BOOTSTRAPPED(CLUSTER_LOCAL, "Each control plane makes it for its own version."),
    FIRST_NAMESPACE(CLUSTER_LOCAL, "Each control plane makes this namespace when it starts."),
    SITE_NAMESPACE("What is in the namespace %s is each site's own."),

    // What the value tells, before it is seen: it is mirrored unless ...
    SECRET_TYPE(Verdict.DEPENDS_ON_VALUE, "it is the token of a service account"),
    RECLAIM_POLICY(Verdict.DEPENDS_ON_VALUE, "its reclaim policy is another than Retain"),
    CLAIM(Verdict.DEPENDS_ON_VALUE, "the standby has a claim of another uid there, to which a volume may be bound"),
    WEBHOOK_SERVICE(Verdict.DEPENDS_ON_VALUE, "it calls a service in a namespace that is not mirrored"),
    API_SERVICE(
            Verdict.DEPENDS_ON_VALUE,
            "kube-apiserver made it itself, or its service is in a namespace that is not mirrored"),
    BOOTSTRAP_LABEL(Verdict.DEPENDS_ON_VALUE, "kube-apiserver made it itself"),
    OWNERS(Verdict.DEPENDS_ON_VALUE, ""),

    // And once it is seen.
    SERVICE_ACCOUNT_TOKEN("It is the token of a service account: the keys of one cluster signed it."),
    DISPOSABLE_VOLUME("Its reclaim policy is not Retain: the standby, too, would delete the disk when the claim goes."),
    WEBHOOK_OF_SITE(
            "It calls a service in the namespace %s, which is each site's own: without that, it blocks writes."),
    API_OF_SITE("Its service is in the namespace %s, which is each site's own: without that, it blocks discovery."),
    MADE_BY_API_SERVER("Each kube-apiserver makes it itself."),
    FOREIGN_OWNERS(
            "All its owners are of kinds that are left to each site: the standby's garbage collector would delete a copy."),
    UNREADABLE(Verdict.UNREADABLE, "Its value decides, and cannot be read here: it is mirrored unless %s."),

    DECLARED(
            Verdict.MIRRORED,
            KeyClass.DECLARED,
            "It is declared state, which both sites share.",
            "networkpolicies.crd.projectcalico.org globalnetworkpolicies.crd.projectcalico.org"
                    + " networksets.crd.projectcalico.org globalnetworksets.crd.projectcalico.org"
                    + " tiers.crd.projectcalico.org stagednetworkpolicies.crd.projectcalico.org"
                    + " stagedglobalnetworkpolicies.crd.projectcalico.org"
                    + " stagedkubernetesnetworkpolicies.crd.projectcalico.org"
                    + " networkpolicies.projectcalico.org globalnetworkpolicies.projectcalico.org"
                    + " networksets.projectcalico.org globalnetworksets.projectcalico.org"
                    + " tiers.projectcalico.org stagednetworkpolicies.projectcalico.org"
                    + " stagedglobalnetworkpolicies.projectcalico.org stagedkubernetesnetworkpolicies.projectcalico.org"),
    DECLARED_UNREAD(
            Verdict.MIRRORED,
            "It is declared state, which both sites share; whether it has owners cannot be read here.");

    static final String RBAC = "rbac.authorization.k8s.io";

    /** Made by every control plane when it starts. */
    private static final Set<String> FIRST_NAMESPACES =
            Set.of("default", "kube-node-lease", "kube-public", "kube-system");

    /** Kinds of which kube-apiserver has one that leads to itself: {@code default/kubernetes}. */
    private static final Set<GroupResource> LEADING_TO_API = Set.of(
            GroupResource.parse("services"),
            GroupResource.parse("endpoints"),
            GroupResource.parse("endpointslices.discovery.k8s.io"));

    /** ConfigMaps by which each cluster makes its own authorities known: in every namespace, and where it says so. */
    private static final Set<String> AUTHORITIES = Set.of("kube-root-ca.crt", "openshift-service-ca.crt");

    private static final Map<String, String> AUTHORITIES_IN =
            Map.of("extension-apiserver-authentication", "kube-system", "cluster-info", "kube-public");

    private static final Map<GroupResource, ScopeRule> BY_RESOURCE = new HashMap<>();
    private static final Map<String, ScopeRule> BY_GROUP = new HashMap<>();

    static {
        for (ScopeRule rule : values()) {
            for (String resource : rule.resources.split(" ", -1)) {
                GroupResource parsed = GroupResource.parse(resource);
                if (parsed.resource().equals("*")) {
                    BY_GROUP.put(parsed.group(), rule);
                } else if (!resource.isEmpty()) {
                    BY_RESOURCE.put(parsed, rule);
                }
            }
        }
    }

    private final Verdict verdict;
    private final KeyClass keyClass;
    private final String reason;
    private final String resources;

    ScopeRule(String reason) {
        this(Verdict.EXCLUDED, reason);
    }

    ScopeRule(Verdict verdict, String reason) {
        this(verdict, KeyClass.DECLARED, reason, "");
    }

    ScopeRule(KeyClass keyClass, String reason) {
        this(Verdict.EXCLUDED, keyClass, reason, "");
    }

    ScopeRule(KeyClass keyClass, String reason, String resources) {
        this(Verdict.EXCLUDED, keyClass, reason, resources);
    }

    ScopeRule(Verdict verdict, KeyClass keyClass, String reason, String resources) {
        this.verdict = verdict;
        this.keyClass = keyClass;
        this.reason = reason;
        this.resources = resources;
    }

    /** The rule by which a resource is left to each site; null if it is not. */
    static @Nullable ScopeRule ofResource(GroupResource resource) {
        ScopeRule rule = BY_RESOURCE.get(resource);
        if (rule == null && !resource.group().isEmpty()) {
            rule = BY_GROUP.get(resource.group());
        }
        return rule == DECLARED ? null : rule;
    }

    /** The rule by which a single object is left to each site; null if none does. */
    static @Nullable ScopeRule ofName(RegistryKey key) {
        String name = key.name();
        return switch (key.resource().resource()) {
            case "configmaps" ->
                isCore(key)
                                && (AUTHORITIES.contains(name)
                                        || (key.namespace() != null
                                                && key.namespace().equals(AUTHORITIES_IN.get(name))))
                        ? OWN_AUTHORITY
                        : null;
            case "clustertrustbundles" -> name.startsWith("kubernetes.io:") ? OWN_AUTHORITY : null;
            case "services", "endpoints", "endpointslices" ->
                LEADING_TO_API.contains(key.resource())
                                && "default".equals(key.namespace())
                                && name.equals("kubernetes")
                        ? API_SERVER_ADDRESS
                        : null;
            case "namespaces" -> isCore(key) && FIRST_NAMESPACES.contains(name) ? FIRST_NAMESPACE : null;
            case "clusterroles", "clusterrolebindings", "roles", "rolebindings" ->
                key.resource().group().equals(RBAC) && name.startsWith("system:") ? BOOTSTRAPPED : null;
            case "priorityclasses" -> name.startsWith("system-") ? BOOTSTRAPPED : null;
            default -> null;
        };
    }

    /** What in the value of such an object decides; {@link #OWNERS} where only those do. */
    static ScopeRule ofValue(GroupResource resource) {
        return switch (resource.group()) {
            case "" ->
                switch (resource.resource()) {
                    case "secrets" -> SECRET_TYPE;
                    case "persistentvolumes" -> RECLAIM_POLICY;
                    case "persistentvolumeclaims" -> CLAIM;
                    default -> OWNERS;
                };
            case "admissionregistration.k8s.io" ->
                resource.resource().endsWith("webhookconfigurations") ? WEBHOOK_SERVICE : OWNERS;
            case "apiregistration.k8s.io" -> resource.resource().equals("apiservices") ? API_SERVICE : OWNERS;
            case RBAC -> BOOTSTRAP_LABEL;
            default -> OWNERS;
        };
    }

    private static boolean isCore(RegistryKey key) {
        return key.resource().group().isEmpty();
    }

    Verdict verdict() {
        return verdict;
    }

    boolean excludes() {
        return verdict == Verdict.EXCLUDED;
    }

    KeyClass keyClass() {
        return keyClass;
    }

    String reason() {
        return reason;
    }
}
