package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.kubernetes.KubernetesSites;
import io.drkit.kubernetes.registry.StandInRegistry;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drkit compare} on two mock API servers and a registry that is played. */
class CompareCommandTest {

    private static final String POD = """
            # YAML
            {kind: Pod, apiVersion: v1, metadata: {name: app, namespace: shop}, spec: {containers: [{name: a, image: "shop/app:1"}]}}
            """;
    private static final String CLASS = """
            # YAML
            {kind: StorageClass, apiVersion: storage.k8s.io/v1, metadata: {name: fast}, provisioner: csi.example.com}
            """;

    private final FaultyApi primary = api("v1.30.4", POD, CLASS);
    private final FaultyApi standby = api("v1.30.4", POD, CLASS);
    private final StandInRegistry registry = new StandInRegistry().wantsToken("drkit", "hunter2");

    @TempDir
    Path folder;

    @BeforeEach
    void configure() throws IOException {
        primary.kubeconfig(folder.resolve("primary.kubeconfig"));
        standby.kubeconfig(folder.resolve("standby.kubeconfig"));
        Files.writeString(folder.resolve("password"), "hunter2\n");
        Files.writeString(folder.resolve("drkit.yaml"), """
                clusters:
                  primary: {kubeconfig: primary.kubeconfig}
                  standby: {kubeconfig: standby.kubeconfig}
                comparison:
                  registries:
                    standby: {url: "%s", user: drkit, password-file: password}
                """.formatted(registry.url()));
    }

    @AfterEach
    void stop() {
        primary.close();
        standby.close();
        registry.close();
    }

    @Test
    void what_is_unknown_makes_it_inconclusive_and_each_reason_is_told() throws IOException {
        Path page = folder.resolve("report.html");
        Cli compared = compare("--html", page.toString());
        assertThat(compared.code()).as(compared.err()).isEqualTo(4);
        assertThat(compared.out())
                .contains("UNKNOWN", "no control-plane nodes are configured", "0 blocking")
                .doesNotContain("hunter2");
        assertThat(Files.readString(page))
                .startsWith("<!DOCTYPE html>")
                .contains("no control-plane nodes are configured");
    }

    @Test
    void what_would_break_is_told_with_its_exit_code_as_one_json_document() {
        registry.has("shop/app:1");
        Cli compared = compare("--output", "json");
        assertThat(compared.code()).as(compared.err()).isEqualTo(3);
        JsonNode finding = compared.json().path("findings").get(0);
        assertThat(finding.path("severity").asText()).isEqualTo("blocking");
        assertThat(finding.path("subject").asText()).isEqualTo("shop/app:1");
        assertThat(compared.json().path("verdict").asText()).isEqualTo("would-break");
    }

    @Test
    void facts_saved_at_one_site_and_compared_at_the_other_give_the_same_findings() throws IOException {
        registry.has("shop/app:1");
        Path facts = folder.resolve("primary.json");
        Cli saved = compare("--facts-out", facts.toString(), "--at", "primary");
        assertThat(saved.code()).as(saved.err()).isZero();
        assertThat(saved.out()).contains("The facts of primary are in", "unknown: hosts, because");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(facts)))
                .isEqualTo("rw-------");

        JsonNode atOnce = compare("--output", "json").json();
        primary.close();
        Cli later = compare("--primary-facts", facts.toString(), "--output", "json");
        assertThat(later.code()).as(later.err()).isEqualTo(3);
        assertThat(later.json().path("findings")).isEqualTo(atOnce.path("findings"));
    }

    @Test
    void a_site_that_does_not_answer_is_unknown_not_the_end() {
        primary.close();
        Cli compared = compare();
        assertThat(compared.code()).as(compared.err()).isEqualTo(4);
        assertThat(compared.out()).contains("unknown: Kubernetes at");
    }

    @Test
    void wrong_usage_and_files_that_are_no_facts_are_told_in_one_sentence() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.json"), "{\"format\": 1, \"site\": \"hunter2\"}");
        Cli malformed = compare("--primary-facts", bad.toString());
        assertThat(malformed.code()).isEqualTo(2);
        assertThat(malformed.err())
                .contains("bad.json does not hold the facts of a site")
                .doesNotContain("hunter2");
        assertThat(compare("--facts-out", "x.json").code()).isEqualTo(2);
        assertThat(compare("--facts-out", "x.json", "--at", "moon").err()).contains("neither --from");
        assertThat(compare("--to", "primary").err()).contains("are the same site");
        assertThat(compare("--to", "moon").err()).contains("No cluster 'moon'");
        assertThat(drkit("compare").err()).contains("--config");
        Files.writeString(folder.resolve("drkit.yaml"), "clusters: {}\ncomparison: {registrys: {}}\n");
        assertThat(compare().err()).contains("unknown field 'registrys'");
    }

    private Cli compare(String... more) {
        String[] arguments = new String[more.length + 5];
        arguments[0] = "compare";
        arguments[1] = "--config";
        arguments[2] = folder.resolve("drkit.yaml").toString();
        arguments[3] = "--deadline";
        arguments[4] = "5s";
        System.arraycopy(more, 0, arguments, 5, more.length);
        return drkit(arguments);
    }

    private static FaultyApi api(String version, String... objects) {
        var site = KubernetesSites.withoutControllers();
        try (KubernetesClient client = site.client()) {
            for (String object : objects) {
                client.resource(object).create();
            }
        }
        FaultyApi api = new FaultyApi(site);
        api.serve("/version", () -> "{\"major\": \"1\", \"minor\": \"30\", \"gitVersion\": \"" + version + "\"}");
        return api;
    }
}
