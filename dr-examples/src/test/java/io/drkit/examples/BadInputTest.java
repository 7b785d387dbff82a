package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a command line is told in a sentence or two, with the exit code that says whose it is to mend. */
class BadInputTest {

    private static EtcdServer etcd;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.builder().auth("right").start();
    }

    @AfterAll
    static void stop() {
        etcd.close();
    }

    private static void assertSentence(Cli result, int code, String... parts) {
        assertThat(result.code()).as(result.err()).isEqualTo(code);
        assertThat(result.err()).startsWith("drkit: ").contains(parts).doesNotContain("\tat ", "Exception");
        assertThat(result.err().lines().count()).isLessThanOrEqualTo(2);
        assertThat(result.out()).isEmpty();
    }

    private static String closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "http://127.0.0.1:" + socket.getLocalPort();
        }
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    @Test
    void a_wrong_endpoint_is_unreachable() throws IOException {
        String nobody = closedPort();
        long began = System.nanoTime();
        assertSentence(
                drkit("check", "--from", nobody, "--to", nobody, "--scope", "all", "--deadline", "2s"), 4, nobody);
        assertThat(System.nanoTime() - began).isLessThan(5_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "ftp://host:2379", "http://", "http://host:99999", "http://ho st:2379"})
    void a_malformed_url_is_a_usage_error(String url) {
        assertSentence(drkit("role", "show", "--at", url), 2, url);
    }

    @Test
    void a_missing_option_is_named() {
        assertSentence(drkit("check", "--scope", "all"), 2, "--from");
        assertSentence(drkit("check", "--scope", "all", "--from", "http://127.0.0.1:1"), 2, "--to");
        assertSentence(drkit("scope", "explain"), 2, "KEY");
        assertSentence(drkit("scope", "explain", "/registry/pods/a/b", "--at-user", "root"), 2, "--at");
        assertSentence(drkit("role", "show"), 2, "--at");
        assertSentence(drkit("role"), 2, "subcommand");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Platform", "prefix:", "everything", ""})
    void an_unknown_scope_is_a_usage_error(String scope) {
        assertSentence(drkit("check", "--from", "x", "--to", "y", "--scope", scope), 2, "scope", "all", "prefix:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--include-namespace=A/b",
                "--exclude-namespace=",
                "--include-resource=deployments",
                "--exclude-resource=*",
                "--include-key=/elsewhere/a",
                "--exclude-key=/registry/configmaps/a/",
                "--registry-prefix=registry",
                "--registry-prefix=/drkit"
            })
    void a_wish_that_cannot_be_meant_is_a_usage_error(String option) {
        assertSentence(drkit("scope", "explain", "/registry/pods/a/b", option), 2, option.split("=", 2)[1]);
        assertSentence(drkit("check", "--from", "x", "--to", "y", option), 2, option.split("=", 2)[1]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--include-namespace=a",
                "--exclude-namespace=a",
                "--include-resource=pods",
                "--exclude-resource=pods",
                "--include-key=/registry/pods/a/b",
                "--exclude-key=/registry/pods/a/b",
                "--registry-prefix=/registry"
            })
    void wishes_go_with_the_platform_scope_only(String option) {
        assertSentence(
                drkit("mirror", "--from", "x", "--to", "y", "--scope", "all", option), 2, "--scope platform", "all");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "", "lock", "a b"})
    void a_name_that_no_mirror_can_have_is_a_usage_error(String name) throws IOException {
        String nobody = closedPort();
        for (String command : List.of("mirror", "mirror stop")) {
            String[] words = (command + " --from " + nobody + " --to " + nobody).split(" ");
            assertSentence(drkit(with(words, "--name", name)), 2, "name", "must match");
        }
        assertSentence(drkit("mirror", "status", "--to", nobody, "--name", name), 2, "must match");
        assertSentence(drkit("role", "demote", "--at", nobody, "--new", nobody, "--name", name), 2, "must match");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "ten", "1.5", "99999999999"})
    void a_limit_that_is_no_count_is_a_usage_error(String limit) throws IOException {
        String nobody = closedPort();
        assertSentence(drkit("check", "--from", nobody, "--to", nobody, "--limit", limit), 2, "--limit", limit);
        assertSentence(drkit("mirror", "stop", "--from", nobody, "--to", nobody, "--limit", limit), 2, limit);
        assertSentence(drkit("role", "demote", "--at", nobody, "--new", nobody, "--limit", limit), 2, limit);
    }

    @Test
    void a_dry_demotion_needs_the_new_primary() throws IOException {
        assertSentence(drkit("role", "demote", "--at", closedPort(), "--dry-run"), 2, "--dry-run", "--new");
    }

    private static String[] with(String[] words, String... more) {
        return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void malformed_yaml_is_told_with_its_line() throws IOException {
        Path config = file("drkit.yaml", "sites:\n  primary:\n    endpoints: [http://127.0.0.1:1\n    user: x\n");
        assertSentence(
                drkit("role", "show", "--at", "primary", "--config", config.toString()), 2, config + ", line ", "YAML");
    }

    @Test
    void unknown_fields_of_the_configuration_are_refused_by_name() throws IOException {
        Path config = file("drkit.yaml", "sites: {primary: {endpoints: 'http://127.0.0.1:1', passwort: s3cret}}");
        Cli result = drkit("role", "show", "--at", "primary", "--config", config.toString());
        assertSentence(result, 2, "passwort", "password");
        assertThat(result.err()).doesNotContain("s3cret");
    }

    @Test
    void an_unset_variable_and_an_unknown_site_are_named() throws IOException {
        Path config = file("drkit.yaml", "sites: {a: {endpoints: 'http://127.0.0.1:1', password: '${NO_SUCH_VAR}'}}");
        assertSentence(drkit("role", "show", "--at", "a", "--config", config.toString()), 2, "NO_SUCH_VAR");
        Path other = file("other.yaml", "sites: {a: {endpoints: 'http://127.0.0.1:1'}}");
        assertSentence(drkit("role", "show", "--at", "b", "--config", other.toString()), 2, "'b'", "[a]");
        assertSentence(drkit("role", "show", "--at", "b", "--config", folder + "/none"), 2, folder + "/none");
    }

    @Test
    void a_password_file_that_is_not_there_is_a_usage_error() {
        String missing = folder + "/none";
        assertSentence(
                drkit("role", "show", "--at", etcd.endpoint(0), "--at-user", "root", "--at-password-file", missing),
                2,
                missing);
        assertSentence(drkit("role", "show", "--at", etcd.endpoint(0), "--at-user", "root"), 2, "password");
        assertSentence(drkit("role", "show", "--at", etcd.endpoint(0), "--at-password-file", missing), 2, "--at-user");
    }

    @Test
    void a_wrong_password_does_not_get_in_and_is_not_shown() throws IOException {
        Path wrong = file("password", "hunter2\n");
        Cli result = drkit(
                "role", "show", "--at", etcd.endpoint(0), "--at-user", "root", "--at-password-file", wrong.toString());
        assertSentence(result, 4, etcd.endpoint(0));
        assertThat(result.err()).doesNotContain("hunter2");
    }

    @Test
    void the_right_password_gets_in() throws IOException {
        Path right = file("password", "right\n");
        Cli result = drkit(
                "role", "show", "--at", etcd.endpoint(0), "--at-user", "root", "--at-password-file", right.toString());
        assertThat(result.code()).as(result.err()).isZero();
    }

    @Test
    void a_stack_trace_is_shown_on_request_only() throws IOException {
        Cli result = drkit("role", "show", "--at", closedPort(), "--deadline", "1s", "--verbose");
        assertThat(result.code()).isEqualTo(4);
        assertThat(result.err()).contains("\tat io.drkit");
    }

    @Test
    void with_json_an_error_is_one_document_too() throws IOException {
        Cli unreachable = drkit("role", "show", "--at", closedPort(), "--deadline", "1s", "--output", "json");
        assertThat(unreachable.json().path("exitCode").asInt()).isEqualTo(4);
        Cli usage = drkit("check", "--output=json", "--scope", "nonsense");
        assertThat(usage.json().path("exitCode").asInt()).isEqualTo(2);
        assertThat(usage.json().path("error").asText()).contains("nonsense");
    }
}
