package io.drkit.examples.cli;

import io.drkit.etcd.certificate.CertificateOptions;
import io.drkit.etcd.certificate.ClientCertificate;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/** Says in time that a client certificate comes to its end: etcd itself says no more than that it does not accept it. */
public final class CertificateDates {

    private static final String RENEW = "; renew it with 'drkit certificates fetch'.";

    private final Clock clock;

    public CertificateDates(Clock clock) {
        this.clock = clock;
    }

    /**
     * Warns of a certificate that expires within 30 days.
     *
     * @throws IllegalArgumentException in one sentence, when it has expired or is not valid yet
     */
    void require(Path file, PrintWriter err) {
        ClientCertificate certificate = ClientCertificate.read(file);
        Optional<String> invalid = invalid(file, certificate);
        if (invalid.isPresent()) {
            throw new IllegalArgumentException("The " + invalid.get());
        }
        if (certificate.expiresWithin(CertificateOptions.DEFAULT_RENEW_BEFORE, clock)) {
            warn("client certificate " + file + " expires on " + end(certificate) + RENEW, err);
        }
    }

    /** As {@link #require}, and only warns of one that has expired or is not valid yet: for a site that is done without, if need be. */
    void look(Path file, PrintWriter err) {
        Optional<String> invalid = invalid(file, ClientCertificate.read(file));
        if (invalid.isPresent()) {
            warn(invalid.get(), err);
        } else {
            require(file, err);
        }
    }

    private Optional<String> invalid(Path file, ClientCertificate certificate) {
        if (certificate.isExpired(clock)) {
            return Optional.of("client certificate " + file + " expired on " + date(certificate.notAfter()) + RENEW);
        }
        if (certificate.isNotYetValid(clock)) {
            return Optional.of("client certificate " + file + " is valid only from " + date(certificate.notBefore())
                    + " on; compare this machine's clock with that of who signed it.");
        }
        return Optional.empty();
    }

    private static void warn(String what, PrintWriter err) {
        err.println("drkit: warning: the " + what);
        err.flush();
    }

    /** When it expires, and in how many days. */
    public String end(ClientCertificate certificate) {
        long days = certificate.left(clock).toDays();
        return date(certificate.notAfter()) + ", in " + (days == 1 ? "1 day" : days + " days");
    }

    private static String date(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }
}
