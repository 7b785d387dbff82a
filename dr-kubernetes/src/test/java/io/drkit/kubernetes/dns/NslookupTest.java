package io.drkit.kubernetes.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.dns.DnsAnswer;
import io.drkit.dns.DnsName;
import io.drkit.dns.RecordType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What busybox' and BIND's nslookup print, read as answers. */
class NslookupTest {

    private static final DnsName PLATFORM = DnsName.of("platform.example.com");

    @Test
    void addresses_of_busybox_and_of_bind() {
        String busybox = """
                Server:\t\t10.96.0.10
                Address:\t10.96.0.10:53

                Name:\tplatform.example.com
                Address: 198.51.100.1
                Name:\tplatform.example.com
                Address: 198.51.100.2

                """;
        values(busybox, RecordType.A, "198.51.100.1", "198.51.100.2");
        String bind = """
                Server:\t\t10.96.0.10
                Address:\t10.96.0.10#53

                Non-authoritative answer:
                www.example.com\tcanonical name = platform.example.com.
                Name:\tplatform.example.com
                Address: 2001:DB8:0::1

                """;
        values(bind, RecordType.AAAA, "2001:db8::1");
        values(
                bind.replace("Name:\tplatform.example.com\nAddress:", "platform.example.com\thas AAAA address"),
                RecordType.AAAA,
                "2001:db8::1");
        values(
                "Server:\t\tfd00::a\nAddress:\tfd00::a#53\n\nName:\tplatform.example.com\nAddress: 2001:db8::1\n",
                RecordType.AAAA,
                "2001:db8::1");
    }

    @Test
    void an_answer_to_the_second_question_counts() {
        values("""
                ;; communications error to 10.96.0.10#53: timed out
                Server:\t\t10.96.0.10
                Address:\t10.96.0.10#53

                Name:\tplatform.example.com
                Address: 198.51.100.1
                """, RecordType.A, "198.51.100.1");
    }

    @Test
    void an_alias_is_told_when_it_is_asked_for() {
        String both = """
                Server:\t\t10.96.0.10
                Address:\t10.96.0.10:53

                platform.example.com\tcanonical name = Standby.example.net.
                standby.example.net\tcanonical name = elsewhere.example.net
                Name:\telsewhere.example.net
                Address: 198.51.100.1
                """;
        values(both, RecordType.CNAME, "standby.example.net");
        values(both, RecordType.A, "198.51.100.1");
    }

    @Test
    void that_there_is_none_is_an_answer() {
        values(
                "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\n** server can't find platform.example.com: NXDOMAIN\n\n",
                RecordType.A);
        values(
                "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n*** Can't find platform.example.com.: No answer\n\n",
                RecordType.AAAA);
        // BIND's prints the SOA and ends well when there is no record of the type.
        values(
                "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\nNon-authoritative answer:\n*** Can't find platform.example.com: No answer\n",
                RecordType.AAAA);
    }

    @Test
    void what_is_no_answer_is_told_in_few_words() {
        none(";; connection timed out; no servers could be reached\n", 1, "its name server does not answer", true);
        none(";; communications error to 10.96.0.10#53: timed out\n", 1, "its name server does not answer", true);
        none(
                "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\n** server can't find platform.example.com: SERVFAIL\n",
                1,
                "SERVFAIL",
                false);
        none("nslookup: write to '10.96.0.10': Connection refused\n", 1, "connection refused", false);
        none(
                "Server:    10.96.0.10\nAddress 1: 10.96.0.10\n\nnslookup: can't resolve '-type=a'\n",
                1,
                "does not know -type",
                true);
        none("something else\n", 3, "ended with 3 within 5 s and said: something else", false);
        none("", 0, "ended with 0", false);
    }

    @Test
    void half_of_an_answer_is_none() {
        String cut =
                "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\nName:\tplatform.example.com\nAddress: 198.51.100.1";
        none(cut, -1, "ended in the midst", true);
        none(cut, 137, "ended in the midst", true);
    }

    private static void values(String printed, RecordType type, String... values) {
        DnsAnswer answer = Nslookup.read(printed, PLATFORM, type, 0, Duration.ofSeconds(5));
        assertThat(answer).isInstanceOfSatisfying(DnsAnswer.Values.class, told -> {
            assertThat(told.values()).containsExactly(values);
            assertThat(told.ttl()).isEmpty();
        });
    }

    private static void none(String printed, int exit, String reason, boolean silent) {
        DnsAnswer answer = Nslookup.read(printed, PLATFORM, RecordType.A, exit, Duration.ofSeconds(5));
        assertThat(answer).isInstanceOfSatisfying(DnsAnswer.None.class, told -> {
            assertThat(told.reason()).contains(reason);
            assertThat(told.silent()).isEqualTo(silent);
        });
    }
}
