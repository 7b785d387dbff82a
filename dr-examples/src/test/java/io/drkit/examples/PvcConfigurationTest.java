package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What {@code drkit.yaml} and the command line say of volumes reaches the sites, or is refused in one sentence; and the shared key is shown nowhere. */
class PvcConfigurationTest extends PvcScene {

    @Test
    void what_is_wrong_with_the_configuration_is_told_in_one_sentence() throws IOException {
        assertUsage("--config", drkit("pvc", "status", "data", "--namespace", "a"));
        assertUsage("Which claims?", pvc("status"));
        assertUsage("Which claims?", pvc("status", "data", "--app", "shop-1"));
        assertUsage("No cluster 'nowhere' in the configuration", pvc("status", "data", "--to", "nowhere"));
        assertUsage("no name in Kubernetes", pvc("status", "Data"));
        assertUsage("is not five fields of cron", pvc("protect", "data", "--schedule", "every day"));
        assertUsage("none of shrunken-source", pvc("sync", "data", "--accept", "everything"));
        configure("  colour: red\n");
        assertUsage("unknown field 'colour'", pvc("status", "data"));
        configure("  copy-method: fax\n");
        assertUsage("'fax', but must be one of [snapshot, clone, direct]", pvc("status", "data"));
        configure("  mover-security-context: {runAsUsr: 1}\n");
        assertUsage("unknown field 'runAsUsr'", pvc("status", "data"));
        configure("  sites: {west: {storage-class: fast}}\n");
        assertUsage("volumes.sites has west", pvc("status", "data"));
        Files.writeString(config(), "sites: {primary: {endpoints: 'http://127.0.0.1:1'}}\n");
        assertUsage("names no clusters", pvc("status", "data"));
        Files.writeString(config(), "clusters: {primary: {kubeconfig: none}, standby: {kubeconfig: none}}\n");
        assertUsage("does not exist or cannot be read", pvc("status", "data"));
    }

    @Test
    void what_the_configuration_says_reaches_the_sites() throws IOException {
        configure("""
                  schedule: "*/15 * * * *"
                  mover-security-context: {run-as-user: 1000, fs-group: 2000, fs-group-change-policy: OnRootMismatch}
                  sites:
                    standby: {service-type: node-port}
                """);
        Cli made = pvc("protect", "data");
        assertThat(made.code()).as(made.err()).isZero();
        String receiver = standby.own()
                .genericKubernetesResources("volsync.backube/v1alpha1", "ReplicationDestination")
                .inNamespace(sites.namespace())
                .withName("rd-data")
                .require()
                .toString();
        assertThat(receiver).contains("NodePort", "1000", "2000", "OnRootMismatch");
        assertThat(row(pvc("status", "data", "--output", "json"))
                        .path("nextSync")
                        .isMissingNode())
                .isFalse();
    }

    @Test
    void the_shared_key_is_shown_nowhere() {
        ListAppender<ILoggingEvent> logs = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        Logger ours = (Logger) LoggerFactory.getLogger("io.drkit");
        Level before = ours.getLevel();
        logs.start();
        root.addAppender(logs);
        try {
            StringBuilder said = new StringBuilder();
            for (List<String> command : List.of(
                    List.of("protect", "data", "--verbose"),
                    List.of("sync", "data", "--verbose"),
                    List.of("status", "data", "--verbose", "--output", "json"),
                    List.of("migrate", "data", "media", "--verbose"),
                    List.of("record", "data", "--verbose"))) {
                Cli cli = pvc(command.toArray(String[]::new));
                said.append(cli.out()).append(cli.err());
            }
            said.append(
                    logs.list.stream().map(ILoggingEvent::getFormattedMessage).collect(Collectors.joining("\n")));
            String key = new String(
                    Base64.getDecoder()
                            .decode(primary.own()
                                    .secrets()
                                    .inNamespace(sites.namespace())
                                    .withName("drkit-psk-data")
                                    .require()
                                    .getData()
                                    .get("psk.txt")),
                    StandardCharsets.UTF_8);
            assertThat(logs.list).isNotEmpty();
            String encoded = Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
            assertThat(said.toString()).doesNotContain(key, key.substring(key.indexOf(':') + 1), encoded);
        } finally {
            root.detachAppender(logs);
            ours.setLevel(before);
        }
    }

    private static void assertUsage(String expected, Cli cli) {
        assertThat(cli.code()).as(cli.err()).isEqualTo(2);
        assertThat(cli.err()).contains(expected);
        assertThat(cli.err().lines().filter(line -> line.startsWith("drkit: "))).hasSize(1);
    }
}
