package io.drkit.kubernetes.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.artifact.ApplyOptions;
import io.drkit.artifact.ApplyReport;
import io.drkit.artifact.ApplyReport.Result;
import io.drkit.kubernetes.FaultyApi;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.testkit.artifact.Unpacked;
import io.drkit.testkit.kube.Recorded;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The API goes away at each write of an application of recorded objects, and comes back: whoever runs it again has the same in the end. */
class InterruptedApplyTest {

    private static final List<String> TEAM = List.of("team-1");

    private final InMemoryApi source = new InMemoryApi();
    private SortedMap<String, String> expected = new TreeMap<>();
    private int objects;

    @TempDir
    Path folder;

    @BeforeEach
    void export() throws IOException {
        for (boolean definitions : new boolean[] {true, false}) {
            Recorded.objects().stream()
                    .filter(object -> !object.path("kind").asText().equals("RangeAllocation"))
                    .filter(object -> object.path("kind").asText().equals("CustomResourceDefinition") == definitions)
                    .forEach(source::load);
        }
        try (KubernetesClient client = source.client()) {
            objects = artifacts(client).export(TEAM, archive()).count();
        }
        expected = files(archive());
    }

    @AfterEach
    void close() {
        source.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"LOST", "ANSWER_LOST", "BROKEN"})
    void run_again_after_the_api_was_cut_at_any_write_it_comes_to_the_same_end(Fate fate) throws IOException {
        // Its default account is there by then, and needs no write.
        for (int cut = 0; cut < objects - 1; cut++) {
            try (InMemoryApi target = new InMemoryApi();
                    FaultyApi faulty = new FaultyApi(target.site());
                    KubernetesClient client = faulty.client(5000)) {
                AtomicInteger writes = new AtomicInteger();
                int last = cut;
                faulty.rule((number, method, path) -> {
                    boolean write = !method.equals("GET");
                    if (write && writes.getAndIncrement() == last) {
                        return fate;
                    }
                    return writes.get() > last ? Fate.LOST : Fate.PASS;
                });
                assertThatThrownBy(() -> artifacts(client).apply(archive(), ApplyOptions.DEFAULTS))
                        .isInstanceOf(OutcomeUnknownException.class)
                        .hasMessageContaining("Run it again");

                faulty.heal();
                ApplyReport report = artifacts(client).apply(archive(), ApplyOptions.DEFAULTS);
                assertThat(report.isComplete()).as(report.toString()).isTrue();
                artifacts(client).export(TEAM, folder.resolve("again.tar.gz"));
                assertThat(files(folder.resolve("again.tar.gz")))
                        .as("cut at write %s", cut)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LOST", "ANSWER_LOST", "BROKEN"})
    void a_fault_now_and_then_is_not_even_noticed(Fate fate) throws IOException {
        try (InMemoryApi target = new InMemoryApi();
                FaultyApi faulty = new FaultyApi(target.site());
                KubernetesClient client = faulty.client(5000)) {
            faulty.rule((number, method, path) ->
                    number % 5 == 4 && !path.contains("customresourcedefinitions/") ? fate : Fate.PASS);
            ApplyReport report = artifacts(client).apply(archive(), ApplyOptions.DEFAULTS);
            assertThat(report.isComplete()).as(report.toString()).isTrue();
            assertThat(report.count(Result.CREATED))
                    .as("what was created although no answer came is told as created; the default account was there")
                    .isEqualTo(objects - 1);
            faulty.heal();
            artifacts(client).export(TEAM, folder.resolve("again.tar.gz"));
            assertThat(files(folder.resolve("again.tar.gz"))).isEqualTo(expected);
        }
    }

    @Test
    void a_site_that_does_not_answer_at_all_was_not_changed() throws IOException {
        try (InMemoryApi target = new InMemoryApi();
                FaultyApi faulty = new FaultyApi(target.site());
                KubernetesClient client = faulty.client(5000)) {
            faulty.rule((number, method, path) -> Fate.LOST);
            assertThatThrownBy(() -> artifacts(client).apply(archive(), ApplyOptions.DEFAULTS))
                    .isInstanceOf(SiteUnreachableException.class);
            assertThatThrownBy(() -> artifacts(client).export(TEAM, folder.resolve("none.tar.gz")))
                    .isInstanceOf(SiteUnreachableException.class);
            assertThat(folder.resolve("none.tar.gz")).doesNotExist();
            assertThat(target.writes()).isEmpty();
        }
    }

    @Test
    void a_server_that_can_take_nothing_is_not_asked_for_every_object() throws IOException {
        try (InMemoryApi target = new InMemoryApi();
                FaultyApi faulty = new FaultyApi(target.site());
                KubernetesClient client = faulty.client(5000)) {
            faulty.rule((number, method, path) -> Fate.BROKEN);
            assertThatThrownBy(() -> artifacts(client).apply(archive(), ApplyOptions.DEFAULTS))
                    .isInstanceOf(SiteUnreachableException.class)
                    .hasMessageContaining("500");
            assertThat(faulty.requests()).isLessThan(objects * 2);
        }
    }

    @Test
    void an_interrupt_ends_it_and_stays_set() throws IOException {
        try (InMemoryApi target = new InMemoryApi();
                FaultyApi faulty = new FaultyApi(target.site());
                KubernetesClient client = faulty.client(5000)) {
            Thread caller = Thread.currentThread();
            faulty.rule((number, method, path) -> {
                if (number == 20) {
                    caller.interrupt();
                }
                return Fate.PASS;
            });
            assertThatThrownBy(() -> artifacts(client).apply(archive(), ApplyOptions.DEFAULTS))
                    .isInstanceOf(OutcomeUnknownException.class)
                    .hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(target.writes()).isNotEmpty().hasSizeLessThan(objects);
        }
    }

    private Path archive() {
        return folder.resolve("team.tar.gz");
    }

    private static KubernetesArtifacts artifacts(KubernetesClient client) {
        return new KubernetesArtifacts(client, Clock.systemUTC(), Duration.ofMillis(1), (what, done, total) -> {});
    }

    private static SortedMap<String, String> files(Path archive) {
        SortedMap<String, String> files = Unpacked.of(archive);
        files.remove("artifacts.yaml");
        return files;
    }
}
