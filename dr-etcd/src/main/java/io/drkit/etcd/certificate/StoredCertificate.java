package io.drkit.etcd.certificate;

import java.nio.file.Path;

/**
 * A client certificate in a folder, and what was done for it.
 *
 * @param authorityFile the etcd CA's certificate
 * @param certificateFile the client certificate
 * @param keyFile its private key
 */
public record StoredCertificate(
        Action action, ClientCertificate certificate, Path authorityFile, Path certificateFile, Path keyFile) {

    /** What was done. */
    public enum Action {
        /** There was none that could be used; one was made. */
        MADE,
        /** There was none that could be used; the node's own was fetched. */
        FETCHED,
        /** Another one took the place of one that was there, by the same means. */
        RENEWED,
        /** The one that was there is good, and still is there. */
        KEPT
    }
}
