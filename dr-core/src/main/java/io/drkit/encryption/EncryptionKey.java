package io.drkit.encryption;

import io.drkit.keystore.Bytes;
import java.util.Base64;

/**
 * A named key of a local provider. {@code toString} shows the name only.
 *
 * @param secret the raw key, not its base64 form
 */
public record EncryptionKey(String name, Bytes secret) {

    String base64() {
        return Base64.getEncoder().encodeToString(secret.unsafeArray());
    }

    /**
     * Whether a value written under one of two keys of a provider is also taken for the other's: their names are equal, or one goes on where
     * the other has its colon, and their secrets differ.
     */
    boolean clashesWith(EncryptionKey other) {
        String mine = name + ":";
        String others = other.name + ":";
        return (mine.startsWith(others) || others.startsWith(mine)) && !equals(other);
    }

    @Override
    public String toString() {
        return name;
    }
}
