package io.drkit.examples.cli;

import io.drkit.etcd.certificate.CertificateOptions;
import io.drkit.etcd.certificate.ClientCertificate;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** Says in time that a client certificate comes to its end: etcd itself says no more than that it does not accept it. */
public final class CertificateDates {

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
        if (certificate.isExpired(clock)) {
            throw new IllegalArgumentException("The client certificate " + file + " expired on "
                    + date(certificate.notAfter()) + "; renew it with 'drkit certificates fetch'.");
        }
        if (certificate.isNotYetValid(clock)) {
            throw new IllegalArgumentException("The client certificate " + file + " is valid only from "
                    + date(certificate.notBefore()) + " on; compare this machine's clock with that of who signed it.");
        }
        if (certificate.expiresWithin(CertificateOptions.DEFAULT_RENEW_BEFORE, clock)) {
            err.println("drkit: warning: the client certificate " + file + " expires on " + end(certificate)
                    + "; renew it with 'drkit certificates fetch'.");
            err.flush();
        }
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
