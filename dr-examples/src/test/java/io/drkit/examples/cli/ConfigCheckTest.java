package io.drkit.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.examples.cli.ConfigCheck.Mistake;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigCheckTest {

    @TempDir
    Path folder;

    private List<Mistake> mistakes(String yaml) throws IOException {
        return ConfigCheck.of(Files.writeString(folder.resolve("drkit.yaml"), yaml), name -> null);
    }

    private List<String> told(String yaml) throws IOException {
        return mistakes(yaml).stream().map(Mistake::toString).toList();
    }

    @Test
    void the_example_is_in_order_where_its_files_are() throws IOException {
        String example = ConfigCheck.resource(ConfigCheck.EXAMPLE);
        Matcher files = Pattern.compile(
                        "[\\w-]+(?:/[\\w-]+)*\\.(?:crt|key|yaml|password)\\b|(?:primary|standby)/kubeconfig|ssh/\\w+")
                .matcher(example);
        while (files.find()) {
            Path file = folder.resolve(files.group());
            Files.createDirectories(file.getParent());
            Files.writeString(file, "x");
        }
        Path config = Files.writeString(folder.resolve("example.yaml"), example);
        assertThat(ConfigCheck.of(config, name -> null)).isEmpty();
    }

    @Test
    void the_example_can_be_read_by_what_reads_it() throws IOException {
        Path config = Files.writeString(folder.resolve("d.yaml"), ConfigCheck.resource(ConfigCheck.EXAMPLE));
        assertThat(ConfigFile.read(config, name -> "x").sitesWithNodes()).contains("primary", "standby");
        assertThat(DnsSettings.read(config).domainNames()).hasSize(2);
        assertThat(VolumeSettings.read(config).clusters()).containsKeys("primary", "standby");
        assertThat(ComparisonSettings.read(config).names()).hasSize(1);
    }

    @Test
    void every_mistake_is_told_at_once_with_its_line() throws IOException {
        List<String> told = told("""
                sites:
                  primary:
                    endpoints: https://10.0.0.11:2379
                    cacert: nowhere.crt
                    cert: primary.crt
                  standby:
                    endpoint: https://10.1.0.11:2379
                nodes:
                  primray:
                    hosts: [10.0.0.11]
                    sudo: maybe
                volumes:
                  copy-method: clon
                  keep: -1
                  timeouts: {sync: soon}
                dns:
                  names: [platform.example.com]
                  backend:
                    type: rfc2136
                    server: 192.0.2.53
                    key-name: drkit
                    secret: ${NOT_SET}
                    colour: red
                comparisons: {}
                """);
        assertThat(told)
                .containsExactlyInAnyOrder(
                        "line 4: sites.primary.cacert: there is no such file, or you may not read it",
                        "line 5: sites.primary.cert: there is no such file, or you may not read it",
                        "line 5: sites.primary: 'cert' goes with 'key', which is missing",
                        "line 7: sites.standby: unknown field 'endpoint'. Known here: cacert, cert, encryption-config, endpoints, key,"
                                + " password, password-file, user",
                        "line 7: sites.standby: 'endpoints' is missing",
                        "line 10: nodes.primray: there is no such site; there are primary, standby",
                        "line 11: nodes.primray.sudo: must be boolean",
                        "line 13: volumes.copy-method: must be one of snapshot, clone, direct",
                        "line 14: volumes.keep: must be at least 0",
                        "line 15: volumes.timeouts.sync: is not as it must be: A number with ms, s, m, h or d.",
                        "line 22: dns.backend.secret: ${NOT_SET} is not set in the environment",
                        "line 23: dns.backend: unknown field 'colour'. Known here: algorithm, key-name, secret, secret-file, server, type",
                        "line 24: unknown field 'comparisons'. Known here: clusters, comparison, dns, nodes, runbooks, sites, volumes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'sites: [' | line 1: this is not YAML",
                "'sites: {}\nsites: {}' | line 2: a field stands here twice",
                "'- a' | line 1: holds no fields; `drkit config example` shows what it can say",
                "'sites: 3' | line 1: sites: must be fields"
            })
    void what_cannot_be_looked_through_is_told_too(String yaml, String expected) throws IOException {
        assertThat(told(yaml)).containsExactly(expected);
    }

    @Test
    void a_value_is_never_quoted() throws IOException {
        String told = String.join("\n", told("""
                sites:
                  primary: {endpoints: x, password: [hunter2], user: {a: hunter2}}
                  standby: hunter2
                volumes: {keep: hunter2, copy-method: hunter2, timeouts: {sync: hunter2}}
                """));
        assertThat(told).contains("sites.standby").doesNotContain("hunter2");
    }

    @Test
    void a_file_that_is_not_there_is_a_mistake_too() {
        assertThat(ConfigCheck.of(folder.resolve("none.yaml"), name -> null))
                .extracting(Mistake::what)
                .containsExactly("cannot be read: is it there, and may you read it?");
    }

    /** Whoever adds a field to a setting adds it to the schema, and to the example. */
    @ParameterizedTest
    @CsvSource({
        "/properties/sites/additionalProperties/properties, io.drkit.examples.cli.SiteSettings",
        "/properties/nodes/additionalProperties/properties, io.drkit.examples.cli.NodeSettings",
        "/properties/clusters/additionalProperties/properties, io.drkit.examples.cli.VolumeSettings$Cluster",
        "/properties/volumes/properties, io.drkit.examples.cli.VolumeSettings",
        "/properties/volumes/properties/timeouts/properties, io.drkit.examples.cli.VolumeSettings$Timeouts",
        "/properties/volumes/properties/sites/additionalProperties/properties, io.drkit.examples.cli.VolumeSettings$Site",
        "/properties/dns/properties, io.drkit.examples.cli.DnsSettings",
        "/properties/dns/properties/pods/items/properties, io.drkit.examples.cli.PodSettings",
        "/properties/runbooks/properties, io.drkit.examples.cli.RunbookSettings",
        "/properties/runbooks/properties/objectives/properties, io.drkit.examples.cli.RunbookSettings$Promised",
        "/properties/runbooks/properties/applications/items/properties, io.drkit.examples.cli.RunbookSettings$Application",
        "/properties/runbooks/properties/script/properties, io.drkit.examples.cli.RunbookSettings$Script",
        "/properties/runbooks/properties/drill/properties, io.drkit.examples.cli.RunbookSettings$Rehearsal",
        "/properties/comparison/properties, io.drkit.examples.cli.ComparisonSettings",
        "/properties/comparison/properties/registries/additionalProperties/properties,"
                + " io.drkit.examples.cli.ComparisonSettings$RegistrySettings",
        "/properties/dns/properties/backend/allOf/0/then/properties, io.drkit.examples.cli.DnsBackends$Rfc2136",
        "/properties/dns/properties/backend/allOf/1/then/properties, io.drkit.examples.cli.DnsBackends$PowerDns",
        "/properties/dns/properties/backend/allOf/2/then/properties, io.drkit.examples.cli.ClusterDnsBackends$CoreDns",
        "/properties/dns/properties/backend/allOf/3/then/properties, io.drkit.examples.cli.ClusterDnsBackends$DnsEndpoint"
    })
    void the_schema_knows_what_the_settings_know(String pointer, String settings) throws Exception {
        JsonNode schema = new ObjectMapper().readTree(ConfigCheck.resource(ConfigCheck.SCHEMA));
        Set<String> known = new TreeSet<>();
        schema.at(pointer).fieldNames().forEachRemaining(known::add);
        known.remove("type");
        assertThat(known)
                .isEqualTo(Arrays.stream(Class.forName(settings).getRecordComponents())
                        .map(ConfigCheckTest::name)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static String name(RecordComponent field) {
        try {
            JsonProperty named =
                    field.getDeclaringRecord().getDeclaredField(field.getName()).getAnnotation(JsonProperty.class);
            return named == null ? field.getName() : named.value();
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }
}
