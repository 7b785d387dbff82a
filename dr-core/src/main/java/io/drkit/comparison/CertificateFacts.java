package io.drkit.comparison;

import io.drkit.file.Sha256;
import io.drkit.keystore.Bytes;
import io.drkit.tls.CertificateNames;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A certificate that a server shows.
 *
 * @param publicKey SHA-256 of its public key, in hexadecimal
 * @param names for which it is: DNS names and addresses, sorted
 * @param validFrom ISO 8601, in UTC
 * @param validUntil the same
 */
public record CertificateFacts(String publicKey, List<String> names, String validFrom, String validUntil) {

    /** @throws java.time.DateTimeException when a date is none */
    public CertificateFacts {
        names = names.stream().sorted().toList();
        Instant.parse(validFrom);
        Instant.parse(validUntil);
    }

    static CertificateFacts of(X509Certificate certificate) {
        return new CertificateFacts(
                Sha256.of(Bytes.wrap(certificate.getPublicKey().getEncoded())),
                Stream.concat(
                                CertificateNames.dns(certificate).stream(),
                                CertificateNames.addresses(certificate).stream())
                        .toList(),
                certificate.getNotBefore().toInstant().toString(),
                certificate.getNotAfter().toInstant().toString());
    }

    boolean covers(String host) {
        return names.stream().anyMatch(pattern -> CertificateNames.covers(pattern, host));
    }
}
