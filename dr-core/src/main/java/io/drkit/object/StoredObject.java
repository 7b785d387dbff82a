package io.drkit.object;

import io.drkit.keystore.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One object as kube-apiserver stores it: protobuf in its envelope for built-in kinds, JSON for custom resources and for some built-in ones.
 * Read as far as it is asked. Immutable.
 */
public interface StoredObject {

    /** What every encrypted value begins with. */
    Bytes ENCRYPTED = Bytes.utf8("k8s:enc:");

    /** Empty for what is no such object, or cannot be read: an encrypted value, say. Never throws. */
    static Optional<StoredObject> read(Bytes value) {
        throw new UnsupportedOperationException();
    }

    /** Whether a value is encrypted at rest, by whatever provider. */
    static boolean isEncrypted(Bytes value) {
        return value.startsWith(ENCRYPTED);
    }

    String apiVersion();

    String kind();

    String name();

    /** Null for what is cluster-scoped. */
    @Nullable String namespace();

    String uid();

    List<OwnerReference> owners();

    /** Whether its deletion has begun, and finalizers hold it back. */
    boolean isBeingDeleted();

    Map<String, String> labels();

    Map<String, String> annotations();

    /** The manager that, by {@code managedFields}, wrote something else than status last; empty where none is noted. */
    Optional<String> lastManager();

    /** The values of a field, in order; empty where the object has none. */
    List<String> values(ObjectField field);
}
