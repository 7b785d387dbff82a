package io.drkit.kubernetes.coredns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is changed of a zone file, and what is not: by example, and at random with BIND's own reader as the judge. */
class ZoneEditTest {

    private static final DnsName PLATFORM = DnsName.of("platform.example.com");
    private static final DnsName WWW = DnsName.of("www.example.com");
    private static final DnsName APPS = DnsName.of("*.apps.example.com");
    private static final DnsName APP = DnsName.of("app.sub.example.com");
    private static final Duration TTL = Duration.ofMinutes(5);
    private static final String SOA =
            "$TTL 1h\n@ IN SOA ns1 host (\n 2026113001 3600 900 604800 300 )\n  IN NS ns1\nns1 A 192.0.2.53\n";

    @Test
    void records_are_read_with_owners_origins_and_times_to_live_as_they_are_meant() {
        ZoneRecords records = of(Corefiles.ZONE);
        DnsRecords read = records.read(List.of(PLATFORM, WWW, APPS, APP));
        assertThat(read.toString()).isEqualTo("""
                *.apps.example.com 3600 A 192.0.2.1
                app.sub.example.com 3600 A 192.0.2.1 192.0.2.2
                platform.example.com 300 A 192.0.2.1
                platform.example.com 300 AAAA 2001:db8::1
                www.example.com 3600 CNAME platform.example.com""");
        assertThat(records.serials(List.of(PLATFORM))).containsOnly(Map.entry(DnsName.of("example.com"), 2026113001L));
    }

    @Test
    void values_and_the_serial_are_replaced_where_they_stand_and_nothing_else() {
        DnsRecords after = DnsRecords.of(
                DnsRecordSet.of(PLATFORM, RecordType.A, TTL, "198.51.100.1"),
                DnsRecordSet.of(PLATFORM, RecordType.AAAA, TTL, "2001:db8::2"),
                DnsRecordSet.of(APPS, RecordType.A, Duration.ofHours(1), "198.51.100.1"),
                DnsRecordSet.of(WWW, RecordType.CNAME, TTL, "standby.example.net"));
        assertThat(zone(of(Corefiles.ZONE), after))
                .isEqualTo(Corefiles.ZONE
                        .replace("2026113001", "2026113002")
                        .replace("192.0.2.1   ; the VIP", "198.51.100.1   ; the VIP")
                        .replace("2001:db8::1", "2001:db8::2")
                        .replace("*.apps      A     192.0.2.1", "*.apps      A     198.51.100.1")
                        .replace("IN   CNAME platform", "300 IN   CNAME standby.example.net."));
    }

    @Test
    void a_record_that_goes_leaves_its_owner_to_those_that_took_it_from_there() {
        String gone = zone(of(Corefiles.ZONE), DnsRecords.none(Set.of(PLATFORM, APP)));
        assertThat(gone)
                .contains("\n; the VIP\nplatform.example.com.\tTXT \"v=1;")
                .contains("app.sub.example.com.     MX 10 app");
        assertThat(judged(gone))
                .anyMatch(line -> line.matches("platform\\.example\\.com\\.\\s.*txt.*"))
                .anyMatch(line -> line.matches("app\\.sub\\.example\\.com\\.\\s.*mx.*"))
                .noneMatch(line -> line.matches("platform\\.example\\.com\\. a(aaa)? .*"));
    }

    @Test
    void a_new_name_is_put_at_the_end_with_its_absolute_name() {
        DnsName fresh = DnsName.of("fresh.example.com");
        DnsRecords after = DnsRecords.pointing(Set.of(fresh), TTL, List.of("198.51.100.1", "2001:db8::2"));
        assertThat(zone(of(Corefiles.ZONE), after)).endsWith("""
                        elsewhere.example.
                        fresh.example.com. 300 IN A 198.51.100.1
                        fresh.example.com. 300 IN AAAA 2001:db8::2
                        """);
        assertThat(zone(of(Corefiles.ZONE.strip()), after)).endsWith("\nfresh.example.com. 300 IN AAAA 2001:db8::2");
    }

    @Test
    void what_cannot_be_edited_beyond_doubt_is_refused_in_a_sentence() {
        refused("$TTL 1h ; an hour", "$INCLUDE other", "'$INCLUDE' there makes records that are not in sight");
        refused("$TTL 1h ; an hour", "$GENERATE 1-9 a$ A 192.0.2.$", "'$GENERATE' there makes records");
        refused("$TTL 1h ; an hour", "; nothing", "give it a $TTL");
        refused("2026113001 ; serial", "(", "a parenthesis is never closed");
        refused("2026113001 ; serial", "soon", "not exactly one SOA record");
        refused("300 IN A 192.0.2.1", "300 IN A", "no record is understood");
        refused("300 IN A 192.0.2.1", "300 IN A nowhere", "the A of platform.example.com is none");
        refused("300 IN A 192.0.2.1", "300 IN A 192.0.2.1 192.0.2.2", "does not stand on one line");
        refused("300 IN A 192.0.2.1", "300 IN A (\n 192.0.2.1 )", "does not stand on one line");
    }

    private static void refused(String from, String to, String message) {
        DnsRecords after = DnsRecords.pointing(Set.of(PLATFORM), TTL, List.of("198.51.100.1"));
        assertThatThrownBy(() -> zone(of(Corefiles.ZONE.replace(from, to)), after))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(message);
    }

    @Test
    void what_not_everybody_reads_the_same_is_refused() {
        refused("www    IN", "\\112latform 60 A 192.0.2.9\nwww    IN", "has an escape");
        refused("$ORIGIN sub", "$ORIGIN \\115ub", "has an escape");
        refused("www    IN", "platform 60 TYPE28 \\# 16 20010db8000000000000000000000001\nwww    IN", "by its number");
        refused("www    IN", "platform 60 CH A 192.0.2.9\nwww    IN", "is of the class CH");
    }

    @Test
    void a_signed_zone_is_refused_and_read_all_the_same() {
        String signature = "platform 300 RRSIG A 13 3 300 20270101000000 20261101000000 1 example.com. AAAA\nwww    IN";
        refused("www    IN", signature, "it is signed");
        ZoneRecords records = of(Corefiles.ZONE.replace("www    IN", signature));
        assertThat(records.read(Set.of(PLATFORM)).describe(PLATFORM)).contains("192.0.2.1");
    }

    @Test
    void a_parenthesis_that_is_closed_on_a_line_of_its_own_keeps_its_record_whole() {
        DnsRecords both = DnsRecords.pointing(Set.of(PLATFORM), TTL, List.of("198.51.100.1", "2001:db8::2"));
        String text = zone(of(SOA + "platform 300 IN A 192.0.2.1\n  TXT ( \"v=1\"\n  )\nwww A 192.0.2.7\n"), both);
        assertThat(text).contains("\n  )\nplatform.example.com. 300 IN AAAA 2001:db8::2\nwww A");
        assertThat(judged(text))
                .contains("platform.example.com. txt \"v=1\"", "platform.example.com. aaaa 2001:db8::2");

        DnsName top = DnsName.of("example.com");
        String apex = zone(
                of(SOA + "@ A 192.0.2.1\n@ MX ( 10 mail ; the mail\n )\nmail A 192.0.2.8\n"),
                DnsRecords.pointing(Set.of(top), TTL, List.of("198.51.100.1", "2001:db8::2")));
        assertThat(judged(apex)).contains("example.com. mx 10 mail.example.com.", "example.com. aaaa 2001:db8::2");

        String spread = SOA + "platform 300 IN A 192.0.2.1\n  300 IN AAAA ( 2001:db8::1\n  )\nwww A 192.0.2.7\n";
        DnsRecords one = DnsRecords.pointing(Set.of(PLATFORM), TTL, List.of("198.51.100.1"));
        assertThatThrownBy(() -> zone(of(spread), one))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("the AAAA of platform.example.com does not stand on one line");
    }

    @Test
    void a_zone_file_of_two_zones_is_refused() {
        String shared = Corefiles.WITH_ZONE.replace(". {", "example.org {\n file /etc/coredns/db.example.com\n}\n. {");
        assertThatThrownBy(() -> of(shared, Corefiles.ZONE).read(Set.of(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("is of other zones too");
    }

    @Test
    @Timeout(60)
    void many_digits_are_read_at_once() {
        String zone = SOA + "x " + "1".repeat(60) + "z A 192.0.2.3\n";
        assertThat(of(zone).read(Set.of(PLATFORM)).at(PLATFORM)).isEmpty();
    }

    @Test
    void what_is_not_the_zones_or_is_hidden_is_told() {
        assertThatThrownBy(() -> of(Corefiles.ZONE).read(Set.of(DnsName.of("a.gone.example.com"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("by its NS at gone.example.com");
        assertThatThrownBy(() -> of(Corefiles.ZONE).read(Set.of(DnsName.of("example.net"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no 'file' answers for example.net");
        String hidden = Corefiles.WITH_ZONE.replace(
                "    reload", "    hosts {\n        192.0.2.9 platform.example.com\n    }\n    reload");
        assertThatThrownBy(() -> of(hidden, Corefiles.ZONE).read(Set.of(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("which is asked first");
        String several = Corefiles.WITH_ZONE.replace("db.example.com", "db.example.com example.com example.net");
        assertThatThrownBy(() -> of(several, Corefiles.ZONE).read(Set.of(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("not of one zone");
        DnsName top = DnsName.of("example.com");
        DnsRecords alias = DnsRecords.of(DnsRecordSet.of(top, RecordType.CNAME, TTL, "x.example"));
        assertThatThrownBy(() -> zone(of(Corefiles.ZONE), alias))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("beside which no CNAME may be");
    }

    /** Random zones and changes: BIND reads the records of everybody else as before, and those of the names as they shall be. */
    @Test
    void at_random_bind_reads_what_was_meant_and_everything_else_as_before() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            String zone = randomZone(random);
            List<DnsName> names = List.of(PLATFORM, APP).subList(0, 1 + random.nextInt(2));
            List<String> wanted =
                    List.of("198.51.100.1", "198.51.100.2", "2001:db8::9").subList(0, random.nextInt(4));
            DnsRecords after = wanted.isEmpty() ? DnsRecords.none(names) : DnsRecords.pointing(names, TTL, wanted);
            String changed = zone(of(zone), after);
            assertThat(of(changed).read(names)).as("seed %d", seed).isEqualTo(after);
            Set<String> before = judged(zone);
            Set<String> now = judged(changed);
            before.removeIf(line -> isOf(line, names));
            assertThat(now).as("seed %d: %s", seed, changed).containsAll(before);
            now.removeAll(before);
            assertThat(now).as("seed %d: %s", seed, changed).allMatch(line -> isOf(line, names));
            assertThat(now).as("seed %d: %s", seed, changed).hasSize(wanted.size() * names.size());
        }
    }

    private static boolean isOf(String line, Collection<DnsName> names) {
        return names.stream().anyMatch(name -> line.startsWith(name + ".")) && line.matches("\\S+ a(aaa)? .*");
    }

    private static String randomZone(Random random) {
        StringBuilder zone = new StringBuilder(
                "$TTL 600\n@ IN SOA ns1 hostmaster 7 3600 900 604800 300\n@ NS ns1\nns1 A 192.0.2.53\n");
        for (int i = 2 + random.nextInt(8); i > 0; i--) {
            String owner = List.of("platform", "app.sub.example.com.", "x", "PLATFORM.Example.Com.")
                    .get(random.nextInt(4));
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                zone.append(owner).append(random.nextBoolean() ? "\t" : "   ");
                zone.append(List.of("", "300 ", "IN ", "2m IN ", "IN 60 ").get(random.nextInt(5)));
                zone.append(List.of(
                                "A 192.0.2." + i,
                                "AAAA 2001:DB8::" + i,
                                "TXT \"a;b\" c" + i,
                                "MX ( " + i + "\n  x )",
                                "TXT ( d" + i + "\n )")
                        .get(random.nextInt(5)));
                zone.append(random.nextInt(4) == 0 ? " ; note" : "").append(random.nextInt(4) == 0 ? "\n\n" : "\n");
                owner = random.nextInt(3) == 0 ? owner : "";
            }
        }
        return zone.toString();
    }

    /** The records of a zone file as BIND's {@code named-checkzone} reads them, without the SOA and times to live; a line each. */
    private static Set<String> judged(String zone) {
        return Zones.canonical("example.com", zone)
                .toLowerCase(Locale.ROOT)
                .lines()
                .filter(line -> !line.matches(".*\\sin\\s+soa\\s.*"))
                .map(line -> line.replaceFirst("\\s+[0-9]+\\s+in\\s+", " ").replaceAll("\\s+", " "))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static ZoneRecords of(String zone) {
        return of(Corefiles.WITH_ZONE, zone);
    }

    private static ZoneRecords of(String corefile, String zone) {
        Map<String, String> data = new LinkedHashMap<>();
        data.put("Corefile", corefile);
        data.put("db.example.com", zone);
        return new ZoneRecords(
                new Answering(Corefile.parse(corefile, "the Corefile"), data, "the ConfigMap", "/etc/coredns"),
                "Corefile");
    }

    private static String zone(ZoneRecords records, DnsRecords after) {
        Map<String, String> changed = records.changed(after.names(), after);
        records.read(after.names());
        return changed.getOrDefault("db.example.com", "");
    }
}
