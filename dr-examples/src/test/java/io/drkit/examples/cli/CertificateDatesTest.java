package io.drkit.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.testkit.etcd.TestCertificates;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateDatesTest {

    @TempDir
    Path folder;

    @Test
    void a_certificate_is_warned_of_in_its_last_thirty_days_and_refused_outside_of_its_time() {
        Path year = TestCertificates.create(folder, false).clientCertificate();
        assertThat(said(year, Duration.ZERO)).isEmpty();
        assertThat(said(year, Duration.ofDays(334))).isEmpty();
        assertThat(said(year, Duration.ofDays(336)))
                .contains(", in 28 days; renew it with 'drkit certificates fetch'.");
        assertThat(said(year, Duration.ofHours(363 * 24 + 1))).contains(", in 1 day; renew");
        assertThatThrownBy(() -> said(year, Duration.ofDays(366)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expired on ");
        assertThatThrownBy(() -> said(year, Duration.ofDays(-2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is valid only from ")
                .hasMessageContaining("clock");
        assertThatCode(() -> said(year, Duration.ofMinutes(-4))).doesNotThrowAnyException();
    }

    private static String said(Path certificate, Duration in) {
        StringWriter err = new StringWriter();
        new CertificateDates(Clock.offset(Clock.systemUTC(), in)).require(certificate, new PrintWriter(err));
        return err.toString();
    }
}
