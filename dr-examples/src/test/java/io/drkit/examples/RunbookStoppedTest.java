package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drkit.examples.cli.PlatformSettings;
import io.drkit.examples.runbook.Migrate;
import io.drkit.runbook.FileJournal;
import io.drkit.runbook.Measurement.Kind;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.RunbookListener;
import io.drkit.runbook.RunbookOptions;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.RunbookRunner;
import io.drkit.runbook.StepRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Runs that do not come to their end, and what can be done with them by the command line; and who may. */
class RunbookStoppedTest extends OnRunbookScene {

    @Test
    void a_run_that_stopped_beyond_the_point_of_no_return_says_how_to_go_on_and_does() throws Exception {
        Path config = scene.withNames();
        String good = Files.readString(config);
        // Somebody who never answers is asked as well.
        Files.writeString(
                config,
                good.replace("authoritative: [", "authoritative: [\"127.0.0.1:1\", ")
                        .replace("scope: all", "scope: all\n  resolution-timeout: 1s"));
        Cli stopped = scene.run("migrate", config, "--yes-all", "--output", "json");
        assertThat(stopped.code()).as(stopped.err()).isEqualTo(4);
        assertThat(stopped.json().path("outcome").asText()).isEqualTo("stopped");
        assertThat(stopped.json().path("why").asText()).contains("dns-verify", "127.0.0.1:1");
        assertThat(step(stopped.json(), "promote").path("state").asText()).isEqualTo("done");
        assertThat(stopped.json().path("goOn").asText())
                .isEqualTo("drkit migrate --config " + config + " --deadline 2s --yes-all --output json --resume");

        assertThat(scene.run("migrate", config, "--yes-all").err())
                .contains("is not finished", "drkit migrate --config " + config + " --deadline 2s --yes-all --resume")
                .contains("drkit migrate --config " + config + " --deadline 2s --abandon")
                .doesNotContain("--undo");
        assertThat(scene.run("failback", config, "--resume").code()).isEqualTo(5);
        Cli undo = scene.run("migrate", config, "--undo");
        assertThat(undo.code()).isEqualTo(5);
        assertThat(undo.err()).contains("beyond the point of no return");
        Files.writeString(config, good.replace("198.51.100.1", "198.51.100.2"));
        Cli another = scene.run("migrate", config, "--resume");
        assertThat(another.code()).isEqualTo(5);
        assertThat(another.err()).contains("another plan");

        Files.writeString(config, good);
        String[] goOn = stopped.json().path("goOn").asText().split(" ", -1);
        Cli resumed = Cli.drkit(Arrays.copyOfRange(goOn, 1, goOn.length));
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(scene.leads()).containsExactly("198.51.100.1");
        assertThat(RunbookScene.role(scene.standby)).isEqualTo("PRIMARY in epoch 2");
    }

    /** As a step comes to be done, by name. */
    private RunbookReport migrate(Map<String, Runnable> moments) throws Exception {
        PlatformSettings settings =
                PlatformSettings.read(scene.withNames(), PlatformSettings.Sites.DEFAULT, Duration.ofSeconds(2));
        RunbookListener listener = new RunbookListener() {
            @Override
            public void changed(Runbook.Placed<?> step, StepRecord record) {
                if (record.state() == StepRecord.State.DONE) {
                    moments.getOrDefault(step.name(), () -> {}).run();
                }
            }
        };
        RunbookOptions options = RunbookOptions.builder()
                .confirmation(step -> true)
                .listener(listener)
                .build();
        try (FileJournal journal =
                FileJournal.open(scene.journal().resolveSibling("moments-" + System.nanoTime() + ".json"))) {
            return new RunbookRunner(journal, options).run(Migrate.of(settings.platform()));
        }
    }

    @Test
    void an_old_primary_that_dies_as_the_roles_have_changed_holds_up_only_what_needs_it() throws Exception {
        RunbookReport stopped = migrate(Map.of("promote", scene.primary::kill));
        scene.primary.start();
        assertThat(stopped.outcome()).as(stopped.toString()).isEqualTo(Outcome.STOPPED);
        assertThat(stopped.why().orElse("")).contains("mirror-back");
        assertThat(scene.leads()).containsExactly("198.51.100.1");
        assertThat(RunbookScene.role(scene.standby)).isEqualTo("PRIMARY in epoch 2");
        // Nobody can tell what it wrote last, so no promise is called kept.
        assertThat(stopped.isKept(Kind.RPO, Duration.ofDays(1))).isEmpty();
    }

    @Test
    void what_is_written_to_the_old_primary_until_it_is_overwritten_is_listed_and_counts_as_lost() throws Exception {
        RunbookReport done = migrate(Map.of("left-behind", () -> {
            RunbookScene.put(scene.primary, "/registry/configmaps/a/late", "nobody has it");
            pause();
        }));
        assertThat(done.outcome()).as(done.toString()).isEqualTo(Outcome.DONE);
        assertThat(done.toString())
                .contains("1 keys that primary wrote", "/registry/configmaps/a/late", "1 values set aside");
        assertThat(done.worst(Kind.RPO))
                .hasValueSatisfying(rpo -> assertThat(rpo).isPositive());
        assertThat(done.isKept(Kind.RPO, Duration.ofMillis(200))).hasValue(false);
    }

    private static void pause() {
        try {
            Thread.sleep(300);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void what_fails_before_the_point_of_no_return_is_taken_back_and_there_is_nothing_to_go_on_with() throws Exception {
        scene.bind.freeze();
        Cli stopped;
        try {
            // The name server does not answer: before the point of no return, so it is taken back.
            stopped = scene.run("migrate", scene.withNames(), "--yes-all");
        } finally {
            scene.bind.thaw();
        }
        assertThat(stopped.code()).as(stopped.out()).isEqualTo(3);
        assertThat(RunbookScene.role(scene.standby)).startsWith("STANDBY");
        Cli nothing = scene.run("migrate", scene.withNames(), "--resume");
        assertThat(nothing.code()).isEqualTo(5);
        assertThat(nothing.err()).contains("There is no run to go on with");
        Cli unknown = scene.run("migrate", scene.withNames(), "--yes", "no-such-step");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("no-such-step", "begin");
    }

    @Test
    void of_two_operators_at_once_one_proceeds() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        ExecutorService operators = Executors.newFixedThreadPool(2);
        try {
            List<Future<Cli>> running = new ArrayList<>();
            for (Path config : List.of(scene.etcdOnly(), scene.anotherOperator())) {
                running.add(operators.submit(() -> {
                    together.await();
                    return scene.run("failover", config, "--yes-all");
                }));
            }
            List<Cli> ended = List.of(running.get(0).get(), running.get(1).get());
            assertThat(ended).extracting(Cli::code).containsExactlyInAnyOrder(0, 5);
            Cli second =
                    ended.stream().filter(cli -> cli.code() == 5).findFirst().orElseThrow();
            assertThat(second.err()).contains("A runbook is being run", " since ");
        } finally {
            operators.shutdownNow();
        }
        assertThat(RunbookScene.role(scene.standby)).isEqualTo("PRIMARY in epoch 2");
    }

    /** By a signal, in a step that waits for a name server. */
    private Running stopped() throws InterruptedException {
        scene.bind.freeze();
        try {
            Running run = Running.start(RunbookScene.arguments("migrate", scene.withNames(), "--yes-all"));
            await().atMost(Duration.ofSeconds(30)).until(() -> run.err().contains("dns-plan: begun"));
            assertThat(run.stop()).as(run.err()).isEqualTo(4);
            return run;
        } finally {
            scene.bind.thaw();
        }
    }

    @Test
    void a_run_that_a_signal_stopped_is_gone_on_with() throws Exception {
        assertThat(stopped().out()).contains("migrate: stopped", "To go on: drkit migrate --config ");
        Cli resumed = scene.run("migrate", scene.withNames(), "--yes-all", "--resume");
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(scene.leads()).containsExactly("198.51.100.1");
    }

    @Test
    void a_run_that_a_signal_stopped_is_taken_back() throws Exception {
        stopped();
        Cli undone = scene.run("migrate", scene.withNames(), "--undo");
        assertThat(undone.code()).as(undone.err()).isZero();
        assertThat(undone.out()).contains("failed, and was taken back", "It was asked for.");
        assertThat(RunbookScene.role(scene.standby)).startsWith("STANDBY");
        assertThat(scene.run("migrate", scene.withNames(), "--resume").code()).isEqualTo(5);
    }

    @Test
    void a_run_that_a_signal_stopped_is_abandoned() throws Exception {
        stopped();
        Cli abandoned = scene.run("migrate", scene.withNames(), "--abandon");
        assertThat(abandoned.code()).as(abandoned.err()).isZero();
        assertThat(abandoned.out())
                .contains("The run of migrate begun", "is over, as it is")
                .contains("migrate: abandoned", "waiting    stop-mirror");
        assertThat(scene.run("migrate", scene.withNames(), "--abandon").out()).contains("no run that is not finished");
        assertThat(scene.run("migrate", scene.withNames(), "--resume").code()).isEqualTo(5);
        assertThat(scene.run("migrate", scene.withNames(), "--yes-all").code()).isZero();
    }
}
