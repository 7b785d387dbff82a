package io.drkit.etcd.mirror.live;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keyspace.RegistryKey;
import io.drkit.keyspace.RestMapping;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.object.DesiredState;
import io.drkit.object.KubernetesDesiredState;
import io.drkit.object.ObjectField;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.util.Optional;
import java.util.Set;

/** Stands in for MirrorScope.platform() until it is there. */
final class Platform implements MirrorScope {

    private static final Set<String> NAMESPACES = Set.of(
            "cpaas-system",
            "cert-manager",
            "default",
            "global-credentials",
            "cpaas-system-global-credentials",
            "kube-ovn",
            "kube-public",
            "kube-system",
            "nsx-system",
            "cpaas-solution",
            "kube-node-lease",
            "kubevirt",
            "nativestor-system",
            "operators");
    private static final Set<String> RESOURCES = Set.of(
            "pods",
            "endpoints",
            "endpointslices",
            "events",
            "leases",
            "nodes",
            "csinodes",
            "volumeattachments",
            "ipaddresses",
            "servicecidrs",
            "serviceipallocations",
            "servicenodeportallocations",
            "apiserveripinfo",
            "apiserverpeeripinfo",
            "flowschemas",
            "prioritylevelconfigurations",
            "priorityclasses",
            "apiservices");

    @Override
    public KeyRange range() {
        return KeyRange.prefix("/registry/");
    }

    @Override
    public String name() {
        return "platform";
    }

    @Override
    public boolean mayAdmit(Bytes key) {
        Optional<RegistryKey> parsed = RegistryKey.parse(key, "/registry");
        if (parsed.isEmpty()) {
            return false;
        }
        RegistryKey k = parsed.get();
        String r = k.resource().resource();
        return !RESOURCES.contains(r)
                && !(k.namespace() != null && NAMESPACES.contains(k.namespace()))
                && !(r.equals("namespaces") && NAMESPACES.contains(k.name()))
                && !(r.startsWith("clusterrole") && k.name().startsWith("system:"))
                && !(r.equals("configmaps") && k.name().equals("kube-root-ca.crt"));
    }

    @Override
    public boolean admits(KeyValue entry) {
        if (!mayAdmit(entry.key()) || isUndecidable(entry)) {
            return false;
        }
        Optional<StoredObject> object = StoredObject.read(entry.value());
        return !(object.isPresent()
                && object.get().values(ObjectField.SECRET_TYPE).contains("kubernetes.io/service-account-token"));
    }

    @Override
    public boolean readsValues() {
        return true;
    }

    @Override
    public boolean isUndecidable(KeyValue entry) {
        return entry.key().utf8().startsWith("/registry/secrets/")
                && mayAdmit(entry.key())
                && StoredObject.read(entry.value()).isEmpty();
    }

    @Override
    public boolean standbyIsAlive() {
        return true;
    }

    @Override
    public DesiredState desired() {
        return new KubernetesDesiredState(this::foreign);
    }

    private boolean foreign(OwnerReference owner) {
        RestMapping mapping = new RestMapping("/registry");
        return mapping.key(owner, "some-namespace")
                .filter(key -> !mayAdmit(key))
                .isPresent();
    }
}
