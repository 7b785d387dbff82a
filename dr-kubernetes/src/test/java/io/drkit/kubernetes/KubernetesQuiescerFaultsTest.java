package io.drkit.kubernetes;

import static io.drkit.testkit.workload.Manifests.claim;
import static io.drkit.testkit.workload.Manifests.cronJob;
import static io.drkit.testkit.workload.Manifests.deployment;
import static io.drkit.testkit.workload.Manifests.replicaSet;
import static io.drkit.testkit.workload.Manifests.replicationController;
import static io.drkit.testkit.workload.Manifests.slowToEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.testkit.workload.TestNamespace;
import io.drkit.workload.Claims;
import io.drkit.workload.Quiesced;
import io.drkit.workload.WorkloadQuiescer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a network and an API server do to a quiesce. On the mock server, for a real one cannot be made to fail at a request of our choice. */
class KubernetesQuiescerFaultsTest {

    private static final KubernetesSite SITE = KubernetesSites.mock();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int TIMEOUT_MILLIS = 5_000;

    private final FaultyApi api = new FaultyApi(SITE);
    private final KubernetesClient client = api.client(TIMEOUT_MILLIS);
    private final WorkloadQuiescer quiescer = new KubernetesQuiescer(client, Clock.systemUTC(), Duration.ofMillis(20));
    private final TestNamespace namespace = SITE.newNamespace();
    private final Claims data = Claims.named(namespace.name(), "data");

    @BeforeEach
    void someWorkloads() {
        namespace.create(claim("data"));
        namespace.create(deployment("shop", 2, "data"));
        namespace.create(cronJob("nightly", false, "data"));
    }

    @AfterEach
    void close() {
        namespace.close();
        client.close();
        api.close();
    }

    @Test
    void killed_between_any_two_requests_it_goes_on_from_there() {
        // The requests of a look are alike: of the first look the first and the last ones are taken, of those that wait
        // the first three.
        int waiting = 0;
        for (int k = 0; waiting < 3; k += k == 0 ? 8 : 1) {
            int last = k;
            AtomicInteger writes = new AtomicInteger();
            api.rule((number, method, path) -> {
                writes.addAndGet(number <= last && method.equals("PATCH") ? 1 : 0);
                return number < last ? Fate.PASS : Fate.LOST;
            });
            assertThat(endsAsTold(() -> quiescer.quiesce(data, PATIENCE), writes, last))
                    .isFalse();
            waiting += writes.get() == 2 ? 1 : 0;
            api.heal();
            assertThat(quiescer.quiesce(data, PATIENCE).workloads())
                    .as("after the end before request %d", k)
                    .hasSize(2)
                    .allSatisfy(workload -> assertThat(workload.before()).isPresent());
            api.rule((number, method, path) -> number < last ? Fate.PASS : Fate.LOST);
            endsAsTold(() -> quiescer.resume(data), new AtomicInteger(-1), last);
            api.heal();
            quiescer.resume(data);
            assertAsBefore();
        }
    }

    /** @param writes how many were sent, the one that was lost too; negative when it does not matter */
    private static boolean endsAsTold(Runnable call, AtomicInteger writes, int k) {
        try {
            call.run();
            return true;
        } catch (OutcomeUnknownException e) {
            assertThat(writes.get()).as("before request %d", k).isNotZero();
        } catch (SiteUnreachableException e) {
            assertThat(writes.get()).as("before request %d", k).isNotPositive();
        }
        return false;
    }

    @ParameterizedTest
    @EnumSource(names = {"LOST", "ANSWER_LOST", "BROKEN"})
    void a_write_without_an_answer_is_looked_at_and_not_repeated_blindly(Fate fate) {
        AtomicInteger patches = new AtomicInteger();
        api.rule((number, method, path) ->
                method.equals("PATCH") && patches.getAndIncrement() % 2 == 0 ? fate : Fate.PASS);
        Quiesced quiesced = quiescer.quiesce(data, PATIENCE);
        assertThat(quiesced.workloads()).hasSize(2);
        assertThat(quiescer.resume(data).workloads())
                .containsEntry("Deployment shop", 2)
                .containsEntry("CronJob nightly", 1);
        assertAsBefore();
    }

    @Test
    void a_write_that_is_not_known_to_have_happened_is_told_so() {
        AtomicInteger patches = new AtomicInteger();
        api.rule((number, method, path) -> method.equals("PATCH")
                ? patches.getAndIncrement() == 0 ? Fate.ANSWER_LOST : Fate.LOST
                : patches.get() > 0 ? Fate.BROKEN : Fate.PASS);
        assertThatThrownBy(() -> quiescer.quiesce(data, PATIENCE))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("Whether CronJob nightly was scaled to zero is not known");
        api.heal();
        quiescer.quiesce(data, PATIENCE);
        quiescer.resume(data);
        assertAsBefore();
    }

    @Test
    void what_others_write_in_between_is_read_again_and_kept() {
        AtomicInteger conflicts = new AtomicInteger();
        api.rule((number, method, path) -> {
            if (method.equals("PATCH") && path.endsWith("/shop") && conflicts.getAndIncrement() < 3) {
                namespace.scale("Deployment", "shop", 4 + conflicts.get());
            }
            return Fate.PASS;
        });
        quiescer.quiesce(data, PATIENCE);
        // Whoever else writes the object in between makes for one more.
        assertThat(conflicts).hasValueGreaterThanOrEqualTo(4);
        assertThat(quiescer.resume(data).workloads()).containsEntry("Deployment shop", 7);
    }

    @Test
    void somebody_who_never_lets_us_come_between_is_told() {
        AtomicInteger written = new AtomicInteger();
        api.rule((number, method, path) -> {
            if (method.equals("PATCH")) {
                namespace.annotate("Deployment", "shop", "example.org/beat", "b" + written.incrementAndGet());
                namespace.annotate("CronJob", "nightly", "example.org/beat", "b" + written.incrementAndGet());
            }
            return Fate.PASS;
        });
        assertThatThrownBy(() -> quiescer.quiesce(data, PATIENCE))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("CronJob nightly")
                .hasMessageContaining("find out who writes it");
        assertAsBefore();
    }

    @Test
    void a_server_that_is_broken_changes_nothing() {
        api.rule((number, method, path) -> Fate.BROKEN);
        assertThatThrownBy(() -> quiescer.quiesce(data, PATIENCE))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("500")
                .hasMessageContaining("etcdserver: request timed out");
        api.rule((number, method, path) -> Fate.UNAUTHORIZED);
        assertThatThrownBy(() -> quiescer.resume(data))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("does not know who we are");
    }

    @Test
    void a_server_that_never_answers_is_not_waited_for() {
        api.rule((number, method, path) -> Fate.SILENCE);
        try (KubernetesClient impatient = api.client(300)) {
            long begin = System.nanoTime();
            assertThatThrownBy(() -> new KubernetesQuiescer(impatient).look(data))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("did not answer in time");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
        }
    }

    @Test
    void a_right_that_is_missing_is_named() {
        api.rule((number, method, path) -> path.endsWith("/pods") ? Fate.FORBIDDEN : Fate.PASS);
        assertThatThrownBy(() -> quiescer.look(data))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("list pods in namespace " + namespace.name())
                .hasMessageContaining("grant the verb list");
        api.rule((number, method, path) ->
                method.equals("PATCH") && path.endsWith("/shop") ? Fate.FORBIDDEN : Fate.PASS);
        assertThatThrownBy(() -> quiescer.quiesce(data, PATIENCE))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("patch deployments.apps shop")
                .hasMessageContaining("Before that, CronJob nightly was scaled to zero");
        api.heal();
        quiescer.resume(data);
        assertAsBefore();
    }

    @Test
    void a_server_that_is_lost_while_it_waits_leaves_the_outcome_unknown() {
        namespace.create(slowToEnd(deployment("slow", 1, "data")));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> namespace.pods("data").size() == 3);
        api.rule((number, method, path) -> number > 40 ? Fate.LOST : Fate.PASS);
        assertThatThrownBy(() -> quiescer.quiesce(data, PATIENCE))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("3 workloads were changed")
                .hasMessageContaining("Run it again");
    }

    @Test
    void two_hundred_workloads_go_to_zero_and_back() {
        for (int i = 0; i < 33; i++) {
            namespace.create(deployment("d" + i, 1, "data"));
            namespace.create(replicaSet("rs" + i, 1, "data"));
            namespace.create(replicationController("rc" + i, 1, "data"));
            for (int j = 0; j < 3; j++) {
                namespace.create(cronJob("cron" + i + "-" + j, false, "data"));
            }
        }
        try (KubernetesClient direct = SITE.client()) {
            WorkloadQuiescer it = new KubernetesQuiescer(direct);
            assertThat(it.quiesce(data, PATIENCE).workloads()).hasSize(200);
            assertThat(namespace.pods("data")).isEmpty();
            assertThat(it.resume(data).workloads()).hasSize(200);
        }
        assertAsBefore();
    }

    @Test
    void a_client_without_a_deadline_is_refused() {
        try (KubernetesClient endless = api.client(0)) {
            assertThatThrownBy(() -> new KubernetesQuiescer(endless))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("request timeout");
        }
    }

    private void assertAsBefore() {
        assertThat(namespace.replicas("Deployment", "shop")).isEqualTo(2);
        assertThat(namespace.replicas("CronJob", "nightly")).isEqualTo(1);
        assertThat(namespace.annotations("Deployment", "shop").keySet()).noneMatch(key -> key.startsWith("drkit.io/"));
        assertThat(namespace.annotations("CronJob", "nightly").keySet()).noneMatch(key -> key.startsWith("drkit.io/"));
    }
}
