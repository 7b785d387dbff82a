package io.drkit.kubernetes.coredns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.Ticker;
import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.RecordType;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.kubernetes.KubernetesSite;
import io.drkit.kubernetes.KubernetesSites;
import io.drkit.kubernetes.RolloutRestart;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a network, an API server and other people do to a switch. On the mock server, for a real one cannot be made to fail at a request of our choice. */
class CoreDnsSwitcherFaultsTest {

    private static final KubernetesSite SITE = KubernetesSites.withoutControllers();
    private static final DnsName PLATFORM = DnsName.of("platform.example.com");
    private static final DnsName API = DnsName.of("api.example.com");

    private final TestConfigMap map = new TestConfigMap(SITE, Map.of("Corefile", Corefiles.KUBEADM, "other", "x\n"));
    private final FaultyApi api = new FaultyApi(SITE);
    private final KubernetesClient client = api.client(5_000);

    @AfterEach
    void close() {
        client.close();
        api.close();
        map.close();
    }

    @Test
    void somebody_elses_change_in_between_is_kept() {
        AtomicInteger patches = new AtomicInteger();
        api.rule((number, method, path) -> {
            if (method.equals("PATCH") && patches.getAndIncrement() == 0) {
                map.edit("Corefile", text -> text.replace("cache 30", "cache 10"));
                map.edit("other", text -> "y\n");
            }
            return Fate.PASS;
        });
        switcher().pointTo(standby(API, PLATFORM));
        assertThat(patches).hasValue(2);
        assertThat(map.text("Corefile"))
                .contains("cache 10", "198.51.100.1   platform")
                .doesNotContain("cache 30");
        assertThat(map.text("other")).isEqualTo("y\n");
        assertThat(map.get().getMetadata().getLabels()).containsEntry("k8s-app", "kube-dns");
    }

    @Test
    void what_somebody_else_made_of_the_name_in_between_is_kept_and_told() {
        AtomicInteger patches = new AtomicInteger();
        api.rule((number, method, path) -> {
            if (method.equals("PATCH") && patches.getAndIncrement() == 0) {
                map.edit("Corefile", text -> text.replace("192.0.2.1   api", "203.0.113.9   api"));
            }
            return Fate.PASS;
        });
        String expected = Corefiles.KUBEADM.replace("192.0.2.1   api", "203.0.113.9   api");
        assertThatThrownBy(() -> switcher().pointTo(standby(API, PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Somebody else changed api.example.com")
                .hasMessageContaining("203.0.113.9");
        assertThat(map.text("Corefile")).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(names = {"LOST", "ANSWER_LOST", "BROKEN"})
    void a_write_without_an_answer_is_looked_at_and_not_repeated_blindly(Fate fate) {
        AtomicInteger patches = new AtomicInteger();
        api.rule((number, method, path) -> method.equals("PATCH") && patches.getAndIncrement() == 0 ? fate : Fate.PASS);
        DnsChange change = switcher().pointTo(standby(PLATFORM));
        assertThat(patches).hasValue(fate == Fate.ANSWER_LOST ? 1 : 2);
        assertThat(switcher().read(Set.of(PLATFORM))).isEqualTo(change.after());
    }

    @Test
    void a_write_without_an_answer_that_cannot_be_looked_at_is_of_unknown_outcome() {
        AtomicInteger patches = new AtomicInteger();
        api.rule((number, method, path) -> method.equals("PATCH")
                ? patches.getAndIncrement() == 0 ? Fate.ANSWER_LOST : Fate.PASS
                : patches.get() == 0 ? Fate.PASS : Fate.LOST);
        DnsChange plan = switcher().plan(standby(PLATFORM));
        assertThatThrownBy(() -> switcher().apply(plan))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("ConfigMap coredns in namespace " + map.namespace());
        api.heal();
        switcher().apply(plan);
        assertThat(patches).hasValue(1);
    }

    @Test
    void what_is_not_allowed_or_not_there_is_told_and_nothing_is_changed() {
        api.rule((number, method, path) -> method.equals("PATCH") ? Fate.FORBIDDEN : Fate.PASS);
        assertThatThrownBy(() -> switcher().pointTo(standby(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("grant the verb patch");
        api.rule((number, method, path) -> Fate.FORBIDDEN);
        assertThatThrownBy(() -> switcher().read(Set.of(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("grant the verb get");
        api.rule((number, method, path) -> Fate.LOST);
        assertThatThrownBy(() -> switcher().read(Set.of(PLATFORM))).isInstanceOf(SiteUnreachableException.class);
        api.heal();
        assertThatThrownBy(() -> switcher(map.config().name("elsewhere")).read(Set.of(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("There is no ConfigMap elsewhere");
        assertThatThrownBy(() -> switcher(map.config().key("Elsewhere")).read(Set.of(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("There is no 'Elsewhere' in ConfigMap coredns");
        DnsRecords alias = DnsRecords.of(DnsRecordSet.of(PLATFORM, RecordType.CNAME, Duration.ZERO, "x.example"));
        assertThatThrownBy(() -> switcher().apply(DnsChange.of(DnsRecords.none(Set.of(PLATFORM)), alias)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds addresses only");
        map.edit("Corefile", text -> text.replace("loadbalance\n}", "loadbalance\n"));
        assertThatThrownBy(() -> switcher().pointTo(standby(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("a '{' is never closed");
        assertThat(map.text("Corefile")).isEqualTo(Corefiles.KUBEADM.replace("loadbalance\n}", "loadbalance\n"));
    }

    @Test
    void somebody_who_writes_all_the_time_is_not_raced_for_ever() {
        api.rule((number, method, path) -> {
            if (method.equals("PATCH")) {
                map.edit("other", text -> text + "x");
            }
            return Fate.PASS;
        });
        assertThatThrownBy(() -> switcher().pointTo(standby(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("somebody else wrote to it each time");
        assertThat(map.text("Corefile")).isEqualTo(Corefiles.KUBEADM);
    }

    @ParameterizedTest
    @EnumSource(names = {"PASS", "ANSWER_LOST"})
    void the_last_write_is_looked_at_as_every_other_is(Fate last) {
        AtomicInteger patches = new AtomicInteger();
        api.rule((number, method, path) -> {
            if (!method.equals("PATCH")) {
                return Fate.PASS;
            }
            if (patches.getAndIncrement() < 4) {
                map.edit("other", text -> text + "x");
                return Fate.PASS;
            }
            return last;
        });
        switcher().pointTo(standby(PLATFORM));
        assertThat(patches).hasValue(5);
        assertThat(switcher().read(Set.of(PLATFORM)).describe(PLATFORM)).isEqualTo("A 198.51.100.1");
    }

    @Test
    void nothing_is_restarted_when_nothing_was_written_and_a_restart_that_is_owed_is_made_up_for() {
        map.client().resource(deployment()).create();
        rolledOut(1);
        CoreDnsSwitcher restarting = switcher(map.config().restart("coredns").restartTimeout(Duration.ofSeconds(30)));
        DnsRecords now = restarting.read(Set.of(PLATFORM));
        AtomicInteger restarts = new AtomicInteger();
        api.rule((number, method, path) -> {
            boolean restart = method.equals("PATCH") && path.contains("deployments");
            return restart && restarts.incrementAndGet() == 1 ? Fate.FORBIDDEN : Fate.PASS;
        });
        restarting.apply(DnsChange.of(now, now));
        assertThat(restarts).hasValue(0);
        assertThatThrownBy(() -> restarting.pointTo(standby(PLATFORM))).isInstanceOf(OutcomeUnknownException.class);
        restarting.pointTo(standby(PLATFORM));
        map.edit("other", text -> "z\n");
        restarting.pointTo(standby(PLATFORM));
        assertThat(restarts).hasValue(2);
    }

    @Test
    void a_part_of_a_server_block_is_told_as_such() {
        map.edit("other", text -> "hosts {\n 192.0.2.1 platform.example.com\n}\n");
        client.configMaps()
                .inNamespace(map.namespace())
                .withName(TestConfigMap.NAME)
                .edit(found -> found.edit()
                        .addToData("drkit.override", map.text("other"))
                        .build());
        assertThatThrownBy(() -> switcher(map.config().key("drkit.override")).read(Set.of(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("a part of a server block that stands elsewhere");
    }

    @Test
    void a_corefile_that_is_not_read_again_is_left_unless_a_restart_is_named() {
        map.edit("Corefile", text -> text.replace("    reload\n", ""));
        assertThatThrownBy(() -> switcher().pointTo(standby(PLATFORM)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("its Corefile has no 'reload'")
                .hasMessageContaining("nothing was changed");
        assertThat(switcher().capabilities().promise()).contains("within two minutes");

        map.client().resource(deployment()).create();
        rolledOut(1);
        CoreDnsSwitcher restarting = switcher(map.config().restart("coredns").restartTimeout(Duration.ofSeconds(30)));
        restarting.pointTo(standby(PLATFORM));
        String mark = mark();
        assertThat(mark)
                .isEqualTo(map.get().getMetadata().getAnnotations().getOrDefault(CoreDnsSwitcher.WRITTEN, "none"));
        restarting.pointTo(standby(PLATFORM));
        assertThat(mark()).isEqualTo(mark);

        // The stand-in for the Deployment's controller says that it has not seen the restart.
        rolledOut(0);
        CoreDnsSwitcher impatient = switcher(map.config().restart("coredns").restartTimeout(Duration.ofMillis(50)));
        assertThatThrownBy(() -> impatient.pointTo(primary(PLATFORM)))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("holds the change, but CoreDNS was not seen to start with it");
        rolledOut(1);
        impatient.pointTo(primary(PLATFORM));
        assertThat(mark()).isNotEqualTo(mark);
        assertThatThrownBy(() -> switcher(map.config().restart("none")).pointTo(standby(PLATFORM)))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("There is no Deployment none");
    }

    private Deployment deployment() {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName("coredns")
                .withNamespace(map.namespace())
                .endMetadata()
                .withNewSpec()
                .withReplicas(1)
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("k8s-app", "kube-dns")
                .endMetadata()
                .endTemplate()
                .endSpec()
                .build();
    }

    private void rolledOut(int updated) {
        map.client()
                .resource(deployment())
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\":{\"observedGeneration\":99,\"replicas\":1,\"updatedReplicas\":" + updated
                                + ",\"availableReplicas\":1}}");
    }

    private String mark() {
        return map.client()
                .apps()
                .deployments()
                .inNamespace(map.namespace())
                .withName("coredns")
                .require()
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations()
                .getOrDefault(RolloutRestart.RESTARTED_FOR, "");
    }

    private CoreDnsSwitcher switcher() {
        return switcher(map.config());
    }

    private CoreDnsSwitcher switcher(CoreDnsConfigMap.Builder config) {
        return new CoreDnsSwitcher(client, config.build(), Clock.systemUTC(), Ticker.SYSTEM);
    }

    private static DnsRecords standby(DnsName... names) {
        return DnsRecords.pointing(List.of(names), Duration.ofSeconds(60), List.of("198.51.100.1"));
    }

    private static DnsRecords primary(DnsName... names) {
        return DnsRecords.pointing(List.of(names), Duration.ofSeconds(60), List.of("192.0.2.1"));
    }
}
