package io.drkit.etcd.mirror.live;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.Transaction.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Objects that own each other in every way there is: in deep chains and wide bushes, in circles, across scopes, by several owners and by such as
 * nobody knows. Of any two, either may come first in key order.
 */
final class Families {

    private record Kind(String apiVersion, String name, String folder, boolean namespaced) {}

    private static final List<Kind> NAMESPACED = List.of(
            new Kind("v1", "ConfigMap", "configmaps", true),
            new Kind("v1", "ServiceAccount", "serviceaccounts", true),
            new Kind("rbac.authorization.k8s.io/v1", "Role", "roles", true),
            new Kind("networking.k8s.io/v1", "Ingress", "ingress", true),
            new Kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", true),
            new Kind("apps/v1", "ControllerRevision", "controllerrevisions", true),
            new Kind("example.org/v1", "Gadget", "example.org/gadgets", true));
    private static final List<Kind> CLUSTER = List.of(
            new Kind("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false),
            new Kind("storage.k8s.io/v1", "StorageClass", "storageclasses", false),
            new Kind("example.org/v1", "Realm", "example.org/realms", false));
    private static final List<Kind> OUT_OF_SCOPE =
            List.of(new Kind("v1", "Pod", "pods", true), new Kind("coordination.k8s.io/v1", "Lease", "leases", true));
    private static final Kind DEFINITION = new Kind(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "apiextensions.k8s.io/customresourcedefinitions",
            false);
    private static final Kind NAMESPACE = new Kind("v1", "Namespace", "namespaces", false);
    private static final Kind ACCOUNT = NAMESPACED.get(1);
    private static final Kind UNKNOWN =
            new Kind("unknown.example.org/v1", "Mystery", "unknown.example.org/mysteries", true);

    /** An object, which others can name as their owner. */
    record Member(Kind kind, @Nullable String namespace, String name, String uid) {

        Bytes key() {
            return Bytes.utf8("/registry/" + kind.folder() + "/" + (kind.namespaced() ? namespace + "/" : "") + name);
        }

        Operation put(String more, Member... owners) {
            String references = Arrays.stream(owners).map(Member::reference).collect(Collectors.joining(","));
            return Operation.put(
                    key(),
                    Bytes.utf8("{\"apiVersion\":\"" + kind.apiVersion() + "\",\"kind\":\"" + kind.name()
                            + "\",\"metadata\":{\"name\":\"" + name + "\","
                            + (kind.namespaced() ? "\"namespace\":\"" + namespace + "\"," : "")
                            + "\"uid\":\"" + uid + "\""
                            + (owners.length == 0 ? "" : ",\"ownerReferences\":[" + references + "]") + "}" + more
                            + "}\n"));
        }

        private String reference() {
            return "{\"apiVersion\":\"" + kind.apiVersion() + "\",\"kind\":\"" + kind.name() + "\",\"name\":\"" + name
                    + "\",\"uid\":\"" + uid + "\"}";
        }
    }

    private final Random random;
    private final List<Operation> operations = new ArrayList<>();
    private final List<Bytes> roots = new ArrayList<>();
    private int made;

    Families(long seed) {
        this.random = new Random(seed);
        define("Gadget", "gadgets", "Namespaced");
        define("Realm", "realms", "Cluster");
    }

    /** All that was made, in an order in which a primary may have come by it: owners first, as far as there is a first. */
    List<Operation> operations() {
        return List.copyOf(operations);
    }

    /** Of each family one that owns the others, directly or not. */
    List<Bytes> roots() {
        return List.copyOf(roots);
    }

    private void define(String kind, String plural, String scope) {
        add(
                new Member(DEFINITION, null, plural + ".example.org", uid()),
                ",\"spec\":{\"group\":\"example.org\",\"scope\":\"" + scope + "\",\"names\":{\"kind\":\"" + kind
                        + "\",\"plural\":\"" + plural + "\"}}");
    }

    /** One of each sort, in a namespace of their own. */
    Families some() {
        String namespace = namespace();
        chain(namespace, 2 + random.nextInt(8));
        bush(namespace, 5 + random.nextInt(20));
        circle(namespace, 2 + random.nextInt(5));
        underAClusterScopedOwner(namespace);
        clusterScoped();
        ownedFromOutOfScope(namespace);
        ownedByTheUnknown(namespace);
        adopted(namespace);
        ownedTwice(namespace);
        return this;
    }

    private String namespace() {
        String name = name();
        Member namespace = new Member(NAMESPACE, null, name, uid());
        add(namespace, "");
        add(new Member(ACCOUNT, name, "default", uid()), "");
        return name;
    }

    Families chain(int length) {
        chain(namespace(), length);
        return this;
    }

    Families bush(int dependents) {
        bush(namespace(), dependents);
        return this;
    }

    Families circle(int length) {
        circle(namespace(), length);
        return this;
    }

    private void chain(String namespace, int length) {
        Member above = member(any(NAMESPACED), namespace);
        roots.add(above.key());
        add(above, "");
        for (int i = 1; i < length; i++) {
            Member next = member(any(NAMESPACED), namespace);
            add(next, "", above);
            above = next;
        }
    }

    private void bush(String namespace, int dependents) {
        Member owner = member(any(NAMESPACED), namespace);
        roots.add(owner.key());
        add(owner, "");
        for (int i = 0; i < dependents; i++) {
            add(member(any(NAMESPACED), namespace), "", owner);
        }
    }

    /** The last one in is named by the first only afterwards, as it must be. */
    private void circle(String namespace, int length) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            Member member = member(any(NAMESPACED), namespace);
            members.add(member);
            add(member, "", i == 0 ? new Member[0] : new Member[] {members.get(i - 1)});
        }
        add(members.get(0), "", members.get(length - 1));
    }

    private void underAClusterScopedOwner(String namespace) {
        Member owner = member(any(CLUSTER), null);
        roots.add(owner.key());
        add(owner, "");
        for (int i = 0; i < 3; i++) {
            add(member(any(NAMESPACED), namespace), "", owner);
        }
    }

    private void clusterScoped() {
        Member owner = member(any(CLUSTER), null);
        roots.add(owner.key());
        add(owner, "");
        add(member(any(CLUSTER), null), "", owner);
    }

    private void ownedFromOutOfScope(String namespace) {
        Member owner = member(any(OUT_OF_SCOPE), namespace);
        Member shared = member(any(NAMESPACED), namespace);
        add(owner, "");
        add(member(any(NAMESPACED), namespace), "", owner);
        add(shared, "");
        add(member(any(NAMESPACED), namespace), "", owner, shared);
    }

    private void ownedByTheUnknown(String namespace) {
        Member unknown = member(UNKNOWN, namespace);
        Member dependent = member(any(NAMESPACED), namespace);
        add(dependent, "", unknown);
        add(member(any(NAMESPACED), namespace), "", dependent);
    }

    /** The dependent is older than its owner. */
    private void adopted(String namespace) {
        Member dependent = member(any(NAMESPACED), namespace);
        Member owner = member(any(NAMESPACED), namespace);
        add(dependent, "");
        add(owner, "");
        add(dependent, "", owner);
        roots.add(owner.key());
    }

    private void ownedTwice(String namespace) {
        Member one = member(any(NAMESPACED), namespace);
        Member other = member(any(NAMESPACED), namespace);
        Member dependent = member(any(NAMESPACED), namespace);
        add(one, "");
        add(other, "");
        add(dependent, "", one, other);
        add(member(any(NAMESPACED), namespace), "", dependent);
        roots.add(one.key());
    }

    private void add(Member member, String more, Member... owners) {
        operations.add(member.put(more, owners));
    }

    private Kind any(List<Kind> kinds) {
        return kinds.get(random.nextInt(kinds.size()));
    }

    private Member member(Kind kind, @Nullable String namespace) {
        return new Member(kind, namespace, name(), uid());
    }

    private String name() {
        return (char) ('a' + random.nextInt(26)) + "-" + made++;
    }

    private String uid() {
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }
}
