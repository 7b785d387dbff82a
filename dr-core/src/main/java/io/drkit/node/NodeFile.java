package io.drkit.node;

import io.drkit.file.Sha256;
import io.drkit.keystore.Bytes;

/**
 * A file as it was on a node.
 *
 * @param path where it really lies, links followed
 * @param content all of it; shown nowhere
 * @param mode its permission bits, such as {@code 0600}
 * @param owner user and group, such as {@code root:root}; by number where they have no name there
 * @param sha256 of the content, in hexadecimal
 */
public record NodeFile(String path, Bytes content, int mode, String owner, String sha256) {

    /** The checksum of a content, in hexadecimal. */
    public static String sha256(Bytes content) {
        return Sha256.of(content);
    }

    /** Shows attributes and checksum, and of the content only the size. */
    @Override
    public String toString() {
        return "NodeFile[%s, %s, %04o, %s, sha256 %s]".formatted(path, content, mode, owner, sha256);
    }
}
