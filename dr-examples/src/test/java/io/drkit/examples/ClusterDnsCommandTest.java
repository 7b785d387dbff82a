package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drkit dns} on names that a cluster holds. */
class ClusterDnsCommandTest {

    private static final String CONFIG_MAP = "/api/v1/namespaces/kube-system/configmaps/coredns";
    private static final String ENDPOINTS = "/apis/externaldns.k8s.io/v1alpha1/namespaces/platform/dnsendpoints";
    private static final String COREFILE = """
            .:53 {
                hosts {
                    192.0.2.1 platform.cli.example # the VIP
                    fallthrough
                }
                reload
            }
            """;

    private final StandInApi api = new StandInApi();

    @TempDir
    Path folder;

    @BeforeEach
    void primary() throws IOException {
        api.kubeconfig(folder.resolve("kubeconfig"));
        api.put(
                CONFIG_MAP,
                new ObjectMapper()
                        .writeValueAsString(Map.of(
                                "apiVersion",
                                "v1",
                                "kind",
                                "ConfigMap",
                                "metadata",
                                Map.of("name", "coredns", "namespace", "kube-system"),
                                "data",
                                Map.of("Corefile", COREFILE))));
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void names_in_a_corefile_are_switched_and_put_back() throws IOException {
        Path config = config("type: coredns\n    kubeconfig: kubeconfig\n    context: here");
        assertThat(run(config, "show").out()).contains("platform.cli.example: A 192.0.2.1 (3600 s)");

        Cli switched = run(config, "switch", "--to", "standby", "--record", file("change.json"));
        assertThat(switched.code()).as(switched.err()).isZero();
        assertThat(switched.out())
                .contains(
                        "1 names changed at ConfigMap coredns in namespace kube-system",
                        "once it has read the ConfigMap again");
        assertThat(corefile()).isEqualTo(COREFILE.replace("192.0.2.1 ", "198.51.100.1 "));
        assertThat(run(config, "switch", "--to", "standby", "--record", file("change.json"))
                        .out())
                .contains("Nothing to do");

        Cli undone = run(config, "undo", "--record", file("change.json"));
        assertThat(undone.code()).as(undone.err()).isZero();
        assertThat(corefile()).isEqualTo(COREFILE);

        Cli prepared = run(config, "prepare", "--record", file("ttl.json"));
        assertThat(prepared.code()).isEqualTo(2);
        assertThat(prepared.err()).contains("no times to live of their own");
    }

    @Test
    void names_in_a_dnsendpoint_are_shown_if_its_domain_is_ours() throws IOException {
        String object = """
                {"apiVersion": "externaldns.k8s.io/v1alpha1", "kind": "DNSEndpoint",
                 "metadata": {"name": "platform", "namespace": "platform", "resourceVersion": "1"},
                 "spec": {"endpoints": [{"dnsName": "platform.cli.example", "recordType": "A", "recordTTL": 60,
                   "targets": ["192.0.2.1"]}]}}""";
        api.put(
                ENDPOINTS,
                "{\"kind\": \"DNSEndpointList\", \"apiVersion\": \"externaldns.k8s.io/v1alpha1\", \"items\": [" + object
                        + "]}");
        Path config = config(
                "type: dnsendpoint\n    kubeconfig: kubeconfig\n    namespace: platform\n    domains: cli.example");
        assertThat(run(config, "show").out()).contains("platform.cli.example: A 192.0.2.1 (60 s)");
        for (String none : List.of("0", "0s")) {
            Path unseen = config(
                    "type: dnsendpoint\n    kubeconfig: kubeconfig\n    namespace: platform\n    seen-within: " + none);
            assertThat(run(unseen, "show").code()).isZero();
        }
        Cli dry = run(config, "undo", "--record", file("none.json"));
        assertThat(dry.code()).isEqualTo(2);

        Path elsewhere = config(
                "type: dnsendpoint\n    kubeconfig: kubeconfig\n    namespace: platform\n    domains: [example.net]");
        Cli refused = run(elsewhere, "show");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("in none of the domains");
    }

    @Test
    void pods_that_cannot_be_asked_are_told_as_such() throws IOException {
        Path config = config("type: coredns\n    kubeconfig: kubeconfig\n  pods:\n"
                + "    - {cluster: primary, kubeconfig: kubeconfig, deployment: tools/toolbox}");
        Cli verified = run(config, "verify", "--to", "standby", "--no-tls", "--restart-coredns");
        assertThat(verified.code()).as(verified.err()).isEqualTo(4);
        assertThat(verified.out())
                .contains(
                        "unanswered: cluster tools/toolbox of primary says platform.cli.example A no pod of it is ready");
        assertThat(verified.err()).doesNotContain("Restarting");
    }

    @Test
    void what_is_wrong_with_the_configuration_is_told() throws IOException {
        bad("type: coredns", "dns.backend needs 'kubeconfig'");
        bad("type: coredns\n    kubeconfig: kubeconfig\n    plugin: unbound", "must be hosts or file");
        bad("type: coredns\n    kubeconfig: kubeconfig\n    colour: red", "colour");
        bad("type: coredns\n    kubeconfig: nowhere", "nowhere");
        bad("type: dnsendpoint\n    kubeconfig: kubeconfig", "dns.backend needs 'namespace'");
        bad(
                "type: dnsendpoint\n    kubeconfig: kubeconfig\n    namespace: platform\n    seen-within: soon",
                "dns.backend.seen-within: 'soon' is not a duration");
        Cli pods = run(
                config(
                        "type: coredns\n    kubeconfig: kubeconfig\n  pods: [{kubeconfig: kubeconfig, deployment: toolbox}]"),
                "verify",
                "--to",
                "standby");
        assertThat(pods.code()).isEqualTo(2);
        assertThat(pods.err()).contains("NAMESPACE/DEPLOYMENT");
    }

    private void bad(String backend, String message) throws IOException {
        Cli shown = run(config(backend), "show");
        assertThat(shown.code()).as(shown.out()).isEqualTo(2);
        assertThat(shown.err()).contains(message);
    }

    private String corefile() {
        return api.get(CONFIG_MAP).at("/data/Corefile").asText();
    }

    private Path config(String backend) throws IOException {
        return Files.writeString(folder.resolve("drkit.yaml"), """
                dns:
                  names: [platform.cli.example]
                  addresses: {standby: 198.51.100.1}
                  backend:
                    %s
                """.formatted(backend));
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private static Cli run(Path config, String... arguments) {
        return drkit(Stream.concat(
                        Stream.of("dns"), Stream.concat(Stream.of(arguments), Stream.of("--config", config.toString())))
                .toArray(String[]::new));
    }
}
