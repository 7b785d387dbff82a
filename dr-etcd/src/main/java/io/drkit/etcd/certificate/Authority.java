package io.drkit.etcd.certificate;

import io.drkit.etcd.PemFiles;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An etcd's CA, and what it vouches for.
 *
 * @param certificates more than one while one CA takes the place of another
 */
record Authority(List<X509Certificate> certificates) {

    private static final List<String> CLIENT_USE = List.of("1.3.6.1.5.5.7.3.2", "2.5.29.37.0");

    /** Whether one of the CAs is the same in both. */
    boolean sharesOneWith(Authority other) {
        return certificates.stream().anyMatch(other.certificates::contains);
    }

    String fingerprint() {
        return ClientCertificate.of(certificates.get(0)).sha256();
    }

    /** Whether all of it has expired. */
    boolean isExpired(Clock clock) {
        return certificates.stream()
                .allMatch(certificate -> ClientCertificate.of(certificate).isExpired(clock));
    }

    /** Why etcd would not let in who shows this certificate, as the end of a sentence; empty when it would. */
    Optional<String> objection(KeyedCertificate shown, Clock clock) {
        ClientCertificate certificate = ClientCertificate.of(shown.certificate());
        if (!PemFiles.belongTogether(shown.certificate(), shown.key())) {
            return Optional.of("its key is another one's");
        }
        if (certificate.isExpired(clock)) {
            return Optional.of("it expired on " + certificate.notAfter());
        }
        if (certificate.isNotYetValid(clock)) {
            return Optional.of("it is valid only from " + certificate.notBefore() + " on; compare the clocks");
        }
        if (!isSigned(shown, clock)) {
            return Optional.of("it is not signed by the etcd CA");
        }
        return isForClients(shown.certificate()) ? Optional.empty() : Optional.of("it is not one for clients");
    }

    private boolean isSigned(KeyedCertificate shown, Clock clock) {
        try {
            X509CertSelector target = new X509CertSelector();
            target.setCertificate(shown.certificate());
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(
                    certificates.stream()
                            .map(authority -> new TrustAnchor(authority, null))
                            .collect(Collectors.toSet()),
                    target);
            parameters.setRevocationEnabled(false);
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(shown.chain())));
            // Within the tolerance it counts as valid from its beginning on.
            Instant now = clock.instant();
            Instant begin = shown.certificate().getNotBefore().toInstant();
            parameters.setDate(Date.from(begin.isAfter(now) ? begin : now));
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return true;
        } catch (CertPathBuilderException e) {
            return false;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("The etcd CA's certificate cannot be used: " + e.getMessage(), e);
        }
    }

    private static boolean isForClients(X509Certificate certificate) {
        try {
            List<String> uses = certificate.getExtendedKeyUsage();
            return uses == null || uses.stream().anyMatch(CLIENT_USE::contains);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    static String pem(List<X509Certificate> certificates) {
        StringBuilder pem = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            try {
                pem.append(PemFiles.pem("CERTIFICATE", certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalStateException(e);
            }
        }
        return pem.toString();
    }
}
