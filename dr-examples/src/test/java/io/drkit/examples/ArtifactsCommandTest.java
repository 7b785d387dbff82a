package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.kubernetes.artifact.InMemoryApi;
import io.drkit.testkit.artifact.Unpacked;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drkit artifacts} from one API server to another, both in memory. */
class ArtifactsCommandTest {

    private final InMemoryApi primary = new InMemoryApi();
    private final InMemoryApi standby = new InMemoryApi();

    @TempDir
    Path folder;

    @BeforeEach
    void sites() throws IOException {
        primary.kubeconfig(folder.resolve("primary.kubeconfig"));
        standby.kubeconfig(folder.resolve("standby.kubeconfig"));
        Files.writeString(folder.resolve("drkit.yaml"), """
                clusters:
                  primary: {kubeconfig: primary.kubeconfig}
                  standby: {kubeconfig: standby.kubeconfig, context: here}
                """);
        create("""
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}""");
        create("""
                {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "shop"}, "data": {"p": "czNjcmV0"}}""");
        create("""
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"},
                 "spec": {"template": {"spec": {"containers": [{"image": "nginx:1.27"}]}}}}""");
    }

    @AfterEach
    void stop() {
        primary.close();
        standby.close();
    }

    @Test
    void objects_go_from_one_site_to_the_other_and_are_told_one_by_one() {
        Cli exported = run("export", "--at", "primary", "--namespace", "shop", "--out", file("shop.tar.gz"));
        assertThat(exported.code()).as(exported.err()).isZero();
        assertThat(exported.out())
                .contains("1  deployments.apps", "Left out: 1 (CA data of this cluster)", ": 4, naming 1 images");
        assertThat(Unpacked.of(folder.resolve("shop.tar.gz"))).containsEntry("images.txt", "nginx:1.27\n");

        Cli dry = run("apply", file("shop.tar.gz"), "--at", "standby", "--dry-run");
        assertThat(dry.code()).as(dry.err()).isZero();
        assertThat(dry.out()).contains("created  Deployment web in namespace shop", "Nothing was written");
        assertThat(standby.writes()).isEmpty();

        Cli applied = run("apply", file("shop.tar.gz"), "--at", "standby");
        assertThat(applied.code()).as(applied.err()).isZero();
        assertThat(applied.out()).contains("created  Secret db in namespace shop", "3 created", "1 unchanged");
        assertThat(applied.out() + applied.err()).doesNotContain("czNjcmV0");

        Cli again = run("apply", file("shop.tar.gz"), "--at", "standby", "--output", "json");
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.json().at("/counts/unchanged").asInt()).isEqualTo(4);
        assertThat(again.json().path("objects")).hasSize(4);
    }

    @Test
    void a_namespace_becomes_another_by_a_kubeconfig_alone() {
        run("export", "--at", "primary", "-n", "shop", "--out", file("shop.tar.gz"));
        Cli applied = drkit(
                "artifacts",
                "apply",
                file("shop.tar.gz"),
                "--kubeconfig",
                file("standby.kubeconfig"),
                "--map-namespace",
                "shop=store");
        assertThat(applied.code()).as(applied.err()).isZero();
        assertThat(standby.get("/api/v1/namespaces/store/secrets/db").isObject())
                .isTrue();
        assertThat(standby.get("/api/v1/namespaces/shop").isMissingNode()).isTrue();
    }

    @Test
    void objects_that_fail_end_in_exit_code_3_and_each_says_why() throws IOException {
        run("export", "--at", "primary", "-n", "shop", "--out", file("shop.tar.gz"));
        Path unpacked = Unpacked.into(folder.resolve("shop.tar.gz"), Files.createDirectory(folder.resolve("edited")));
        Files.writeString(unpacked.resolve("x.yaml"), "{apiVersion: a.example/v1, kind: X, metadata: {name: x}}");
        Cli applied = run("apply", unpacked.toString(), "--at", "standby", "--output", "json");
        assertThat(applied.code()).isEqualTo(3);
        assertThat(applied.json().at("/counts/failed").asInt()).isEqualTo(1);
        assertThat(applied.json().at("/counts/created").asInt()).isEqualTo(3);
        assertThat(applied.json().toString()).contains("does not serve X in a.example/v1");
    }

    @Test
    void exit_codes_tell_what_is_wrong() throws IOException {
        assertThat(run("export", "--at", "primary", "-n", "misspelt", "--out", file("a.tar.gz"))
                        .code())
                .isEqualTo(5);
        assertThat(run("export", "-n", "shop", "--out", file("a.tar.gz")).err()).contains("Which site?");
        assertThat(run("export", "--at", "primary", "-n", "shop", "--out", file("no/such/folder"))
                        .code())
                .isEqualTo(2);
        assertThat(run("apply", file("missing"), "--at", "standby").code()).isEqualTo(2);
        Files.writeString(folder.resolve("text"), "no archive");
        Cli text = run("apply", file("text"), "--at", "standby");
        assertThat(text.code()).isEqualTo(2);
        assertThat(text.err()).contains("no tar.gz").hasLineCount(1);
        assertThat(run("apply", file("text"), "--at", "standby", "--map-namespace", "a=c", "--map-namespace", "b=c")
                        .err())
                .contains("Two namespaces would become one");
        standby.close();
        assertThat(run("export", "--at", "standby", "-n", "shop", "--out", file("a.tar.gz"))
                        .code())
                .isEqualTo(4);
    }

    private void create(String json) throws IOException {
        primary.create((ObjectNode) new ObjectMapper().readTree(json));
    }

    private Cli run(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "artifacts";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[arguments.length + 1] = "--config";
        all[arguments.length + 2] = file("drkit.yaml");
        return drkit(all);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }
}
