package io.drkit.kubernetes.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.dns.DnsAnswer;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsProof;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import io.drkit.kubernetes.KubernetesConnection;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.ErrorStreamMessage;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.server.mock.OutputStreamMessage;
import io.fabric8.kubernetes.client.server.mock.StatusMessage;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Running nslookup in a pod, on fabric8's mock server, which plays the websocket of an exec: there is no cluster here whose pods have one. */
class PodVantageTest {

    private static final DnsName PLATFORM = DnsName.of("platform.example.com");
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final String SERVER = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n";

    private final Map<ServerRequest, Queue<ServerResponse>> expected = new HashMap<>();
    private final KubernetesMockServer server = new KubernetesMockServer(
            new Context(), new MockWebServer(), expected, new KubernetesMixedDispatcher(expected), false);
    private KubernetesClient client =
            new KubernetesClientBuilder().withConfig(Config.empty()).build();

    @TempDir
    private Path folder;

    @BeforeEach
    void aDeploymentWithAPod() {
        server.init();
        Config config = server.createClient().getConfiguration();
        config.setRequestTimeout(5_000);
        config.setRequestRetryBackoffLimit(0);
        client.close();
        client = new KubernetesClientBuilder().withConfig(config).build();
        client.resource(new DeploymentBuilder()
                        .withNewMetadata()
                        .withName("toolbox")
                        .withNamespace("tools")
                        .endMetadata()
                        .withNewSpec()
                        .withNewSelector()
                        .addToMatchLabels("app", "toolbox")
                        .endSelector()
                        .endSpec()
                        .build())
                .create();
        pod("toolbox-1", "False");
        pod("toolbox-2", "True");
    }

    private void pod(String name, String ready) {
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("tools")
                        .addToLabels("app", "toolbox")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("main")
                        .endContainer()
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Running")
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus(ready)
                        .endCondition()
                        .endStatus()
                        .build())
                .create();
    }

    @AfterEach
    void close() {
        client.close();
        server.destroy();
    }

    @Test
    void what_a_pod_sees_is_part_of_the_proof() throws InterruptedException {
        prints("a", SERVER + "Name:\tplatform.example.com\nAddress: 198.51.100.1\n");
        prints("aaaa", SERVER + "*** Can't find platform.example.com.: No answer\n");
        DnsChange change = DnsChange.of(
                DnsRecords.pointing(Set.of(PLATFORM), TIMEOUT, List.of("192.0.2.1")),
                DnsRecords.pointing(Set.of(PLATFORM), TIMEOUT, List.of("198.51.100.1")));
        try (PodVantage pods = vantage("tools/toolbox")) {
            assertThat(pods.name()).startsWith("tools/toolbox of Kubernetes at http");
            assertThat(DnsProof.gather(change, List.of(pods), Clock.systemUTC()).isProved())
                    .isTrue();
            DnsProof stale = DnsProof.gather(change.reversed(), List.of(pods), Clock.systemUTC());
            assertThat(stale.with(DnsProof.Verdict.STALE)).hasSize(1);
        }
    }

    @Test
    void a_chosen_container_is_asked() throws InterruptedException {
        prints("a", SERVER + "** server can't find platform.example.com: NXDOMAIN\n");
        assertThat(vantage("tools/toolbox/main").ask(PLATFORM, RecordType.A))
                .isInstanceOfSatisfying(
                        DnsAnswer.Values.class,
                        told -> assertThat(told.values()).isEmpty());
    }

    @Test
    void a_pod_without_nslookup_is_told() throws InterruptedException {
        Status missing = new StatusBuilder()
                .withStatus("Failure")
                .withReason("InternalError")
                .withMessage(
                        "error executing command in container: exec: \"nslookup\": executable file not found in $PATH")
                .withCode(500)
                .build();
        server.expect()
                .get()
                .withPath(exec("a"))
                .andUpgradeToWebSocket()
                .open(new StatusMessage(missing))
                .done()
                .always();
        none(vantage("tools/toolbox"), "it has no nslookup");
    }

    @Test
    void a_name_server_that_is_silent_is_told() throws InterruptedException {
        server.expect()
                .get()
                .withPath(exec("a"))
                .andUpgradeToWebSocket()
                .open(
                        new ErrorStreamMessage(";; connection timed out; no servers could be reached\n"),
                        new StatusMessage(failed()))
                .done()
                .always();
        none(vantage("tools/toolbox"), "its name server does not answer");
    }

    @Test
    void half_of_an_answer_is_none() throws InterruptedException {
        server.expect()
                .get()
                .withPath(exec("a"))
                .andUpgradeToWebSocket()
                .open(new OutputStreamMessage(SERVER + "Name:\tplatform.example.com\nAddress: 198.51.100.1"))
                .done()
                .always();
        none(vantage("tools/toolbox"), "ended in the midst");
    }

    private static Status failed() {
        return new StatusBuilder()
                .withStatus("Failure")
                .withReason("NonZeroExitCode")
                .withNewDetails()
                .addNewCause()
                .withReason("ExitCode")
                .withMessage("1")
                .endCause()
                .endDetails()
                .build();
    }

    @Test
    void what_is_not_there_or_not_allowed_is_an_answer_too() throws InterruptedException, IOException {
        none(vantage("tools/nothing"), "no pod of it is ready");
        server.expect().get().withPath(exec("a")).andReturn(403, "no").always();
        none(vantage("tools/toolbox"), "create pods/exec of toolbox-2 in namespace tools");

        Path kubeconfig = Files.writeString(folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: x
                contexts: [{name: x, context: {cluster: x, user: x}}]
                clusters: [{name: x, cluster: {server: "http://127.0.0.1:1"}}]
                users: [{name: x, user: {}}]
                """);
        try (PodVantage down = PodVantage.by(
                KubernetesConnection.by(kubeconfig)
                        .requestTimeout(Duration.ofSeconds(2))
                        .build(),
                "the primary",
                PodPlace.of("tools/toolbox"),
                TIMEOUT)) {
            assertThat(down.name()).isEqualTo("tools/toolbox of the primary");
            none(down, "nothing listens there");
        }
        assertThatThrownBy(() -> PodPlace.of("toolbox"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NAMESPACE/DEPLOYMENT");
    }

    private PodVantage vantage(String place) {
        return new PodVantage(client, PodPlace.of(place), TIMEOUT);
    }

    private static void none(PodVantage pods, String reason) throws InterruptedException {
        assertThat(pods.ask(PLATFORM, RecordType.A))
                .isInstanceOfSatisfying(
                        DnsAnswer.None.class, told -> assertThat(told.reason()).contains(reason));
    }

    private void prints(String type, String text) {
        server.expect()
                .get()
                .withPath(exec(type))
                .andUpgradeToWebSocket()
                .open(new OutputStreamMessage(text), new StatusMessage(0))
                .done()
                .always();
    }

    private static String exec(String type) {
        return "/api/v1/namespaces/tools/pods/toolbox-2/exec?command=nslookup&command=-type%3D" + type
                + "&command=platform.example.com.&container=main&stdout=true&stderr=true";
    }
}
