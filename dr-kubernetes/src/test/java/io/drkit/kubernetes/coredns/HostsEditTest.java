package io.drkit.kubernetes.coredns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is changed of a Corefile and a hosts file, and what is not: by example, and at random. */
class HostsEditTest {

    private static final DnsName PLATFORM = DnsName.of("platform.example.com");
    private static final DnsName API = DnsName.of("api.example.com");
    private static final DnsName REGISTRY = DnsName.of("registry.example.com");
    private static final Duration TTL = Duration.ofSeconds(60);

    @Test
    void addresses_are_replaced_where_they_stand_and_nothing_else() {
        HostsRecords records = of(Corefiles.KUBEADM);
        assertThat(records.read(List.of(PLATFORM)).describe(PLATFORM)).isEqualTo("A 192.0.2.1, AAAA 2001:db8::1");
        assertThat(records.read(List.of(PLATFORM)).longestTtl()).isEqualTo(TTL);

        String changed = corefile(records, pointing(List.of("198.51.100.1", "2001:db8::2"), PLATFORM, API, REGISTRY));
        assertThat(changed)
                .isEqualTo(Corefiles.KUBEADM
                        .replace("192.0.2.1   ", "198.51.100.1   ")
                        .replace("2001:db8::1 ", "2001:db8::2 ")
                        .replace("  Registry.Example.com.\n", """
                              Registry.Example.com.
                                   2001:db8::2 api.example.com
                                   2001:db8::2 registry.example.com
                            """));
        // And back to the byte where no line came or went.
        HostsRecords simple = of(Corefiles.KUBEADM);
        String there = corefile(simple, pointing(List.of("198.51.100.1", "2001:db8::2"), PLATFORM));
        assertThat(corefile(of(there), pointing(List.of("192.0.2.1", "2001:db8::1"), PLATFORM)))
                .isEqualTo(Corefiles.KUBEADM);
    }

    @Test
    void a_name_that_shares_its_line_is_taken_out_of_it() {
        assertThat(corefile(of(Corefiles.KUBEADM), pointing(List.of("198.51.100.1"), REGISTRY)))
                .isEqualTo(Corefiles.KUBEADM.replace(
                        "  Registry.Example.com.\n", "\n       198.51.100.1 registry.example.com\n"));
    }

    @Test
    void a_line_goes_and_its_comment_stays() {
        assertThat(corefile(of(Corefiles.KUBEADM), DnsRecords.none(Set.of(PLATFORM))))
                .isEqualTo(Corefiles.KUBEADM
                        .replace("192.0.2.1   platform.example.com   # the VIP", "# the VIP")
                        .replace("    \t2001:db8::1 platform.example.com\n", ""));
    }

    @Test
    void a_new_name_is_put_behind_the_others_and_before_fallthrough() {
        DnsName fresh = DnsName.of("fresh.example.com");
        assertThat(corefile(of(Corefiles.KUBEADM), pointing(List.of("198.51.100.1"), fresh)))
                .isEqualTo(Corefiles.KUBEADM.replace(
                        "other.example.com\n", "other.example.com\n       198.51.100.1 fresh.example.com\n"));
        String empty = "example.com {\n  hosts {\n  }\n}";
        assertThat(corefile(of(empty), pointing(List.of("198.51.100.1"), fresh)))
                .isEqualTo("example.com {\n  hosts {\n     198.51.100.1 fresh.example.com\n  }\n}");
    }

    @Test
    void a_hosts_file_in_the_config_map_is_edited_in_its_own_key() {
        HostsRecords records = of(Corefiles.K3S, "NodeHosts", Corefiles.NODE_HOSTS);
        Map<String, String> changed =
                records.changed(List.of(PLATFORM), pointing(List.of("198.51.100.1", "2001:db8::2"), PLATFORM));
        assertThat(changed)
                .containsOnly(Map.entry(
                        "NodeHosts",
                        "# nodes\n10.0.0.11 node-1\n10.0.0.12\tnode-2\n198.51.100.1 platform.example.com\n"
                                + "2001:db8::2 platform.example.com"));
    }

    @Test
    void the_server_block_that_answers_is_the_one_with_the_longest_zone() {
        String corefile = """
                example.com:53, dns://example.org {
                    hosts {
                        192.0.2.1 platform.example.com
                    }
                }
                . {
                    hosts {
                        192.0.2.7 platform.example.com platform.example.net
                    }
                }
                """;
        HostsRecords records = of(corefile);
        assertThat(records.read(Set.of(PLATFORM)).describe(PLATFORM)).isEqualTo("A 192.0.2.1");
        DnsName net = DnsName.of("platform.example.net");
        String changed = corefile(records, pointing(List.of("198.51.100.1"), PLATFORM, net));
        assertThat(changed)
                .contains("198.51.100.1 platform.example.com\n    }")
                .contains("192.0.2.7 platform.example.com\n        198.51.100.1 platform.example.net\n");
        assertThat(of(changed).read(Set.of(net)).describe(net)).isEqualTo("A 198.51.100.1");
    }

    @Test
    void what_nobody_answers_for_is_bad_input() {
        bad(of("example.org {\n hosts {\n }\n}\n"), "no 'hosts' answers for platform.example.com");
        bad(of("example.com {\n import common\n}\n"), "unless one is imported");
        bad(of("(common) {\n hosts {\n }\n}\n. {\n import common\n}\n"), "unless one is imported");
        bad(of(". {\n hosts x example.org {\n }\n}\n"), "no 'hosts' answers");
        assertThatThrownBy(() -> of(Corefiles.KUBEADM).read(Set.of(DnsName.of("*.example.com"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("wildcards");
    }

    @Test
    void what_cannot_be_edited_beyond_doubt_is_refused_in_a_sentence() {
        String two = ". {\n hosts {\n 192.0.2.1 platform.example.com\n }\n}\n";
        refused(two + two.replace(". {", ".:5353 {"), "several server blocks");
        refused(". {\n hosts {\n  {$VIP} platform.example.com\n }\n}\n", "environment variable");
        refused(". {\n hosts {\n  import more\n }\n}\n", "imports records");
        refused(". {\n hosts {\n  fe80::1%eth0 platform.example.com\n }\n}\n", "no plain address");
        refused(". {\n hosts /somewhere/else {\n }\n}\n", "no key of");
        assertThatThrownBy(() -> of(
                                Corefiles.K3S.replace("NodeHosts {", "NodeHosts {\n  192.0.2.1 platform.example.com"),
                                "NodeHosts",
                                Corefiles.NODE_HOSTS)
                        .changed(List.of(PLATFORM), pointing(List.of("192.0.2.2"), PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("both in the Corefile and in the hosts file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ". {\n hosts {\n 192.0.2.1 platform.example.com\n }\n",
                ". {\n hosts {\n 192.0.2.1 platform.example.com }\n}\n",
                ". {\n hosts { 192.0.2.1 platform.example.com\n }\n}\n",
                ". {\n hosts {\n 192.0.2.1 \"platform.example.com\n }\n}\n",
                ". {\n hosts {\n 192.0.2.1 platform.example.com#old\n }\n}\n",
                ". {\n hosts {\n 192.0.2.1 \\\n platform.example.com\n }\n}\n",
                ". {\n } hosts\n}\n",
                "{\n hosts\n}\n",
                "a.example {\n}\nb.example\n hosts\n",
                "{$ZONE} {\n hosts\n}\n"
            })
    void a_malformed_corefile_is_refused_with_the_line(String corefile) {
        assertThatThrownBy(() -> of(corefile).read(Set.of(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("in line ");
    }

    @Test
    void a_corefile_that_is_not_read_again_is_told() {
        String without = Corefiles.KUBEADM.replace("    reload\n", "");
        assertThat(of(without).notReadAgain(Set.of(PLATFORM), Set.of("Corefile")))
                .contains("its Corefile has no 'reload'");
        assertThat(of(Corefiles.KUBEADM).notReadAgain(Set.of(PLATFORM), Set.of("Corefile")))
                .isEmpty();
        assertThat(of(Corefiles.K3S.replace("reload 15s", "reload 0s"), "NodeHosts", "")
                        .notReadAgain(Set.of(PLATFORM), Set.of("NodeHosts")))
                .contains("the 'reload' of its 'hosts' is zero");
    }

    /** Random entries around the names that change, and random targets: the lines of others are the same, in their order. */
    @Test
    void at_random_only_lines_with_the_names_change() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            String corefile =
                    ".:53 {\n    log\n    hosts {\n" + lines(random) + "        fallthrough\n    }\n    reload\n}\n";
            List<DnsName> names = List.of(PLATFORM, API).subList(0, 1 + random.nextInt(2));
            List<String> wanted =
                    List.of("198.51.100.1", "198.51.100.2", "2001:db8::9").subList(0, random.nextInt(4));
            DnsRecords after =
                    wanted.isEmpty() ? DnsRecords.none(names) : DnsRecords.pointing(names, Duration.ofHours(1), wanted);
            String changed = corefile(of(corefile), after);
            assertThat(of(changed).read(names)).as("seed %d", seed).isEqualTo(after);
            assertThat(without(changed, names)).as("seed %d", seed).isEqualTo(without(corefile, names));
            assertThat(of(changed).changed(names, after)).as("seed %d", seed).isEmpty();
            assertThat(of(changed).read(Set.of(REGISTRY)))
                    .as("seed %d", seed)
                    .isEqualTo(of(corefile).read(Set.of(REGISTRY)));
        }
    }

    private static String lines(Random random) {
        StringBuilder lines = new StringBuilder();
        String[] names = {"platform.example.com", "API.example.com.", "registry.example.com", "x.example.com"};
        for (int i = random.nextInt(6); i > 0; i--) {
            String address = random.nextInt(3) == 0 ? "2001:DB8::" + random.nextInt(4) : "192.0.2." + random.nextInt(4);
            lines.append(" ".repeat(random.nextInt(9))).append(address);
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                lines.append(random.nextBoolean() ? "\t" : "  ").append(names[random.nextInt(names.length)]);
            }
            lines.append(random.nextInt(4) == 0 ? " # note " + i : "").append("\n");
            lines.append(random.nextInt(5) == 0 ? "    # between\n" : "");
        }
        return lines.toString();
    }

    /** The lines that have none of the names. */
    private static List<String> without(String corefile, List<DnsName> names) {
        List<String> lines = new ArrayList<>(Arrays.asList(corefile.split("\n", -1)));
        lines.removeIf(line -> line.contains("note")
                || names.stream().anyMatch(name -> line.toLowerCase(Locale.ROOT).contains(name.ascii())));
        lines.removeIf(line -> line.matches(" *[0-9].*"));
        return lines;
    }

    @Test
    void blocks_that_answer_by_who_asks_are_refused() {
        String block = "example.com {\n hosts {\n 192.0.2.1 platform.example.com\n }\n reload\n}\n";
        refused(
                block.replace("{\n hosts", "{\n view internal {\n expr true\n }\n hosts") + block,
                "several server blocks");
        refused(
                block + "example.com {\n view internal {\n expr true\n }\n forward . 9.9.9.9\n}\n",
                "several server blocks");
    }

    @Test
    void a_blank_that_coredns_splits_words_at_and_others_do_not_is_refused() {
        for (String blank : List.of("\u00a0", "\u0085")) {
            String entry = " 2001:db8::1" + blank + "platform.example.com";
            refused(". {\n hosts {\n" + entry + "\n }\n reload\n}\n", "a no-break space");
            assertThatThrownBy(
                            () -> of(Corefiles.K3S, "NodeHosts", "\n" + entry).read(Set.of(PLATFORM)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("NodeHosts of the ConfigMap")
                    .hasMessageContaining("in line 2");
            HostsRecords commented = of(". {\n hosts {\n 192.0.2.1 platform.example.com #" + entry + "\n }\n}\n");
            assertThat(commented.read(Set.of(PLATFORM)).describe(PLATFORM)).isEqualTo("A 192.0.2.1");
        }
    }

    @Test
    void a_reload_in_a_snippet_counts_where_it_is_imported() {
        String corefile =
                "(rest) {\n reload\n}\n(common) {\n import rest\n errors\n}\n. {\n import common\n hosts {\n 192.0.2.1 platform.example.com\n }\n}\n";
        assertThat(of(corefile).notReadAgain(Set.of(PLATFORM), Set.of("Corefile")))
                .isEmpty();
        assertThat(of(corefile.replace("import common", "errors")).notReadAgain(Set.of(PLATFORM), Set.of("Corefile")))
                .isPresent();
    }

    private static HostsRecords of(String corefile, String... more) {
        Map<String, String> data = new LinkedHashMap<>();
        data.put("Corefile", corefile);
        for (int i = 0; i < more.length; i += 2) {
            data.put(more[i], more[i + 1]);
        }
        return new HostsRecords(
                new Answering(Corefile.parse(corefile, "the Corefile"), data, "the ConfigMap", "/etc/coredns"),
                "Corefile");
    }

    private static String corefile(HostsRecords records, DnsRecords after) {
        Map<String, String> changed = records.changed(after.names(), after);
        assertThat(changed.keySet()).isSubsetOf("Corefile");
        return changed.getOrDefault("Corefile", records.answering().data().getOrDefault("Corefile", ""));
    }

    private static DnsRecords pointing(List<String> addresses, DnsName... names) {
        return DnsRecords.pointing(List.of(names), TTL, addresses);
    }

    private static void bad(HostsRecords records, String message) {
        assertThatThrownBy(() -> records.read(Set.of(PLATFORM)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static void refused(String corefile, String message) {
        assertThatThrownBy(() -> of(corefile).read(Set.of(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(message);
    }

    /** So that a spelling that is not the canonical one is read too. */
    @Test
    void an_address_in_another_spelling_is_the_same() {
        HostsRecords records = of(". {\n hosts {\n 2001:DB8:0::1 platform.example.com\n }\n}\n");
        assertThat(records.read(Set.of(PLATFORM))
                        .at(PLATFORM, RecordType.AAAA)
                        .orElseThrow()
                        .values())
                .containsExactly("2001:db8::1");
        assertThat(records.changed(Set.of(PLATFORM), pointing(List.of("2001:db8::1"), PLATFORM)))
                .isEmpty();
    }
}
