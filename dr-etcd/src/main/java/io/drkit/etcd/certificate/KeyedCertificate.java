package io.drkit.etcd.certificate;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate and its private key.
 *
 * @param chain the certificate, and after it those between it and the authority, if any
 */
record KeyedCertificate(List<X509Certificate> chain, PrivateKey key) {

    X509Certificate certificate() {
        return chain.get(0);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "KeyedCertificate[" + certificate().getSubjectX500Principal() + "]";
    }
}
