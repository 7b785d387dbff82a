package io.drkit.etcd.certificate;

import io.drkit.etcd.PemFiles;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;

/**
 * What a certificate says of itself; nothing in it is secret.
 *
 * @param subject whom it is for, such as {@code CN=drkit}
 * @param issuer who signed it
 * @param notBefore when it becomes valid
 * @param notAfter when it expires
 * @param sha256 its fingerprint, in hexadecimal
 */
public record ClientCertificate(String subject, String issuer, Instant notBefore, Instant notAfter, String sha256) {

    /** By how much the clock of who signed it may be ahead: a certificate is used as soon as it is made. */
    static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    /**
     * Reads the first certificate of a PEM file.
     *
     * @throws IllegalArgumentException in one sentence, when the file cannot be read or holds none
     */
    public static ClientCertificate read(Path file) {
        return of(PemFiles.certificates(file).get(0));
    }

    static ClientCertificate of(X509Certificate certificate) {
        return new ClientCertificate(
                certificate.getSubjectX500Principal().getName(),
                certificate.getIssuerX500Principal().getName(),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                fingerprint(certificate));
    }

    /** What is left until it expires; negative when it has. */
    public Duration left(Clock clock) {
        return Duration.between(clock.instant(), notAfter);
    }

    /** Whether it expires within a time, or has expired. */
    public boolean expiresWithin(Duration time, Clock clock) {
        return left(clock).compareTo(time) <= 0;
    }

    public boolean isExpired(Clock clock) {
        return expiresWithin(Duration.ZERO, clock);
    }

    /** Whether it becomes valid later than in 5 min; so far may two clocks be apart. */
    public boolean isNotYetValid(Clock clock) {
        return clock.instant().plus(CLOCK_TOLERANCE).isBefore(notBefore);
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
