package io.drkit.object;

import io.drkit.keystore.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One object as kube-apiserver stores it: protobuf in its envelope for built-in kinds, JSON for custom resources and for some built-in ones.
 * Read as far as it is asked: what it is, whose it is and which it is at once, the rest when it is wanted. Immutable.
 *
 * <p>What is malformed beyond what was read at once is empty when it is asked for; nothing here throws.
 */
public sealed interface StoredObject permits ProtobufObject, JsonObject {

    /** What every encrypted value begins with. */
    Bytes ENCRYPTED = Bytes.utf8("k8s:enc:");

    /** {@code k8s}, {@code enc}, the provider, its version, and the name of a key or of a plugin. */
    int ENCRYPTION_PARTS = 5;

    /** Empty for what is no such object, or cannot be read: an encrypted value, say, or CBOR. Never throws. */
    static Optional<StoredObject> read(Bytes value) {
        if (value.startsWith(ProtobufObject.MAGIC)) {
            return ProtobufObject.read(value.unsafeArray());
        }
        return JsonObject.looksLikeIt(value) ? JsonObject.read(value.unsafeArray()) : Optional.empty();
    }

    /** Whether a value is encrypted at rest, by whatever provider. */
    static boolean isEncrypted(Bytes value) {
        return value.startsWith(ENCRYPTED);
    }

    /** By what a value is encrypted at rest, as it says itself: {@code k8s:enc:aescbc:v1:NAME:}, say. Empty where it is not. */
    static String encryption(Bytes value) {
        if (!isEncrypted(value)) {
            return "";
        }
        byte[] bytes = value.unsafeArray();
        int colons = 0;
        int end = 0;
        while (end < bytes.length && colons < ENCRYPTION_PARTS) {
            colons += bytes[end++] == ':' ? 1 : 0;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** {@code apps/v1}, say; {@code v1} for the core group. */
    String apiVersion();

    String kind();

    /** Empty for the few that have none, such as the ranges of service addresses. */
    String name();

    /** Null for what is cluster-scoped. */
    @Nullable String namespace();

    /** Empty where there is none. */
    String uid();

    /** In the order in which they are stored. */
    List<OwnerReference> owners();

    /** Whether its deletion has begun, and finalizers hold it back. */
    boolean isBeingDeleted();

    Map<String, String> labels();

    Map<String, String> annotations();

    /** The manager that, by {@code managedFields}, wrote something else than status last; empty where none is noted. */
    Optional<String> lastManager();

    /** The values of a field, in order; empty where the object has none, and where its kind has no such field. */
    List<String> values(ObjectField field);

    /** The API group, without the version; empty for the core group. */
    default String group() {
        int slash = apiVersion().indexOf('/');
        return slash < 0 ? "" : apiVersion().substring(0, slash);
    }
}
