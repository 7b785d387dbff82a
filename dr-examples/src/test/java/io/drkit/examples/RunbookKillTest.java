package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drkit.examples.cli.PlatformSettings;
import io.drkit.examples.demo.DrKitProcess;
import io.drkit.examples.runbook.Drill;
import io.drkit.examples.runbook.Enable;
import io.drkit.examples.runbook.Failback;
import io.drkit.examples.runbook.Failover;
import io.drkit.examples.runbook.Migrate;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.runbook.Journal;
import io.drkit.runbook.RunRecord;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.RunbookOptions;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.RunbookRunner;
import io.drkit.runbook.StepRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A runbook whose process dies, at every step of it, and is resumed: it ends as it would have without. */
class RunbookKillTest extends OnRunbookScene {

    /** The death of a process, which nothing in it catches. */
    private static final class Death extends Error {
        private static final long serialVersionUID = 1;

        Death(String where) {
            super(where);
        }
    }

    /** When a process dies: about to write something that a step has come to, or right after. */
    private interface Fate {
        boolean strikes(String moment);
    }

    /** What outlives processes. */
    private static final class Paper implements Journal {

        private final Fate fate;
        private String text = "";
        private boolean dead;

        Paper(Fate fate) {
            this.fate = fate;
        }

        @Override
        public synchronized Optional<RunRecord> read() {
            return text.isEmpty() ? Optional.empty() : Optional.of(RunRecord.parse(text, "the paper"));
        }

        @Override
        public synchronized void write(RunRecord record) {
            if (dead) {
                // Threads that have not noticed yet.
                throw new Death("of before");
            }
            List<String> moments = difference(read(), record);
            strike("before ", moments);
            text = record.toJson();
            strike("after ", moments);
        }

        /** One death is that of all that is written at once. */
        private void strike(String when, List<String> moments) {
            List<String> struck = moments.stream()
                    .map(moment -> when + moment)
                    .filter(fate::strikes)
                    .toList();
            if (!struck.isEmpty()) {
                dead = true;
                throw new Death(struck.toString());
            }
        }

        /** Whether there is something to begin, or to go on with. */
        boolean isOpen() {
            return read().filter(RunRecord::ended).isEmpty();
        }

        /** Another process begins. */
        synchronized void revive() {
            dead = false;
        }

        /** Which steps came to which states, but for those that alone nothing is written for. */
        private static List<String> difference(Optional<RunRecord> before, RunRecord after) {
            Map<String, StepRecord.State> known = new TreeMap<>();
            before.ifPresent(run -> run.steps().forEach(step -> known.put(step.name(), step.state())));
            if (after.ended()) {
                return List.of("end");
            }
            return after.steps().stream()
                    .filter(step -> step.state() != StepRecord.State.DONE && step.state() != StepRecord.State.SKIPPED)
                    .filter(step -> known.getOrDefault(step.name(), StepRecord.State.WAITING) != step.state())
                    .map(step -> step.name() + " " + step.state())
                    .toList();
        }

        @Override
        public boolean isHeld() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static RunbookReport run(Runbook runbook, Journal journal) {
        RunbookOptions options =
                RunbookOptions.builder().confirmation(step -> true).build();
        RunbookRunner runner = new RunbookRunner(journal, options);
        return journal.read().filter(run -> !run.ended()).isPresent() ? runner.resume(runbook) : runner.run(runbook);
    }

    private Platform platform(Path config) {
        return PlatformSettings.read(config, PlatformSettings.Sites.DEFAULT, Duration.ofSeconds(2))
                .platform();
    }

    private void assertUnharmed(Runbook runbook, Runnable before) {
        before.run();
        RunbookReport undisturbed = run(runbook, new Paper(moment -> false));
        assertThat(undisturbed.outcome()).as(undisturbed.toString()).isEqualTo(Outcome.DONE);
        SortedMap<String, String> wanted = scene.state();

        before.run();
        Set<String> survived = new HashSet<>();
        Paper torn = new Paper(moment -> !moment.endsWith("end") && survived.add(moment));
        RunbookReport report = undisturbed;
        for (int deaths = 0; torn.isOpen() && deaths < 500; deaths++) {
            torn.revive();
            try {
                // A death in one of several threads stops the others, and that is reported.
                report = run(runbook, torn);
            } catch (Death e) {
                // The next process goes on.
            }
        }
        assertThat(report.outcome()).as(report.toString()).isEqualTo(Outcome.DONE);
        assertThat(scene.state()).isEqualTo(wanted);
        Set<String> skipped = undisturbed.steps().stream()
                .filter(step -> step.state() == StepRecord.State.SKIPPED)
                .map(RunbookReport.StepReport::name)
                .collect(Collectors.toSet());
        List<String> steps = runbook.steps().stream()
                .filter(step -> !skipped.contains(step.name()))
                .flatMap(step -> (step.step().onlyLooks() ? Stream.of("ACTED") : Stream.of("BEGUN", "ACTED"))
                        .map(state -> step.name() + " " + state))
                .flatMap(moment -> Stream.of("before " + moment, "after " + moment))
                .toList();
        assertThat(survived).containsAll(steps);
    }

    @Test
    void a_migration_that_dies_at_every_step_ends_as_one_that_does_not() {
        Runbook migrate = Migrate.of(platform(scene.withNames()));
        assertUnharmed(migrate, scene::firstDay);
        assertThat(scene.leads()).containsExactly("198.51.100.1");
        assertThat(RunbookScene.role(scene.standby)).isEqualTo("PRIMARY in epoch 2");
        assertThat(RunbookScene.role(scene.primary)).isEqualTo("STANDBY in epoch 2");
    }

    @Test
    void a_failback_that_dies_at_every_step_ends_as_one_that_does_not() {
        Runbook failback = Failback.of(platform(scene.withNames()));
        assertUnharmed(failback, this::failedOver);
        assertThat(scene.leads()).containsExactly("192.0.2.1");
        assertThat(RunbookScene.role(scene.primary)).isEqualTo("PRIMARY in epoch 3");
        assertThat(RunbookScene.registry(scene.primary))
                .containsEntry("/registry/configmaps/a/new", "since the failover")
                .doesNotContainKey("/registry/configmaps/a/late")
                .isEqualTo(RunbookScene.registry(scene.standby));
    }

    @Test
    void an_enabling_that_dies_at_every_step_ends_as_one_that_does_not() {
        Runbook enable = Enable.of(platform(scene.withNames()));
        assertUnharmed(enable, () -> {
            scene.firstDay();
            scene.standby.etcdctl("del", "", "--prefix");
        });
        assertThat(RunbookScene.registry(scene.standby)).hasSize(5).isEqualTo(RunbookScene.registry(scene.primary));
    }

    @Test
    void a_drill_that_dies_at_every_step_leaves_no_trace() {
        SortedMap<String, String> before = scene.state();
        assertUnharmed(Drill.of(platform(scene.withNames())), scene::firstDay);
        assertThat(scene.state()).isEqualTo(before);
    }

    private void failedOver() {
        scene.firstDay();
        Cli done = scene.run("failover", scene.withoutPrimary(), "--yes-all");
        assertThat(done.code()).as(done.err()).isZero();
        RunbookScene.put(scene.primary, "/registry/configmaps/a/late", "never had by the new primary");
        RunbookScene.put(scene.standby, "/registry/configmaps/a/new", "since the failover");
    }

    @Test
    void a_failover_that_dies_after_any_one_step_ends_as_one_that_does_not() {
        Runbook failover = Failover.of(platform(scene.withoutPrimary()));
        RunbookReport undisturbed = run(failover, new Paper(moment -> false));
        assertThat(undisturbed.outcome()).as(undisturbed.toString()).isEqualTo(Outcome.DONE);
        SortedMap<String, String> wanted = scene.state();
        int died = 0;
        for (Runbook.Placed<?> step : failover.steps()) {
            scene.firstDay();
            boolean[] struck = {false};
            // The act is done, and the journal does not know.
            Paper paper = new Paper(moment -> moment.equals("before " + step.name() + " ACTED") && first(struck));
            boolean skipped = undisturbed.steps().stream()
                    .anyMatch(told -> told.name().equals(step.name()) && told.state() == StepRecord.State.SKIPPED);
            if (skipped) {
                continue;
            }
            die(failover, paper);
            assertThat(struck[0]).as(step.name()).isTrue();
            paper.revive();
            RunbookReport report = run(failover, paper);
            assertThat(report.outcome()).as(step.name() + " " + report).isEqualTo(Outcome.DONE);
            assertThat(scene.state()).as(step.name()).isEqualTo(wanted);
            died++;
        }
        assertThat(died).isGreaterThanOrEqualTo(8);
    }

    /** A death in one of several threads stops the others, and that is reported. */
    private static void die(Runbook runbook, Paper paper) {
        try {
            run(runbook, paper);
        } catch (Death e) {
            // As it should.
        }
    }

    private static boolean first(boolean[] struck) {
        boolean before = struck[0];
        struck[0] = true;
        return !before;
    }

    @Test
    void a_failover_killed_by_the_system_is_resumed_by_another_process() throws Exception {
        Path config = scene.withoutPrimary();
        for (String step : List.of("stop-mirror", "promote")) {
            scene.firstDay();
            try (DrKitProcess process =
                    DrKitProcess.start("failover", rest(RunbookScene.arguments("failover", config, "--yes-all")))) {
                await().pollInterval(Duration.ofMillis(5))
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> isPast(step));
                process.kill();
                assertThat(process.awaitExit(10)).as(process.log()).isEqualTo(137);
            }
            Cli another = scene.run("failover", config, "--yes-all");
            assertThat(another.code()).as(another.err()).isEqualTo(5);
            if (step.equals("stop-mirror")) {
                // Of the next one the lock is waited for.
                MachineSite.letTimePass(scene.standby);
            }
            // On another machine, which has no file of it.
            Path elsewhere = Files.writeString(
                    config.resolveSibling("elsewhere.yaml"),
                    Files.readString(config).replace("journal: run.json", "journal: elsewhere-" + step + ".json"));
            Cli resumed = scene.run("failover", elsewhere, "--yes-all", "--resume");
            assertThat(resumed.code()).as(resumed.err()).isZero();
            assertThat(RunbookScene.role(scene.standby)).isEqualTo("PRIMARY in epoch 2");
            assertThat(RunbookScene.registry(scene.standby)).isEqualTo(RunbookScene.registry(scene.primary));
            assertThat(scene.leads()).containsExactly("198.51.100.1");
        }
    }

    private static String[] rest(String[] arguments) {
        return Arrays.copyOfRange(arguments, 1, arguments.length);
    }

    /** Whether the journal on this machine says that a step is done. */
    private boolean isPast(String step) throws IOException {
        Function<RunRecord, Boolean> done = run -> run.steps().stream()
                .anyMatch(each -> each.name().equals(step) && each.state() == StepRecord.State.DONE);
        return Files.exists(scene.journal())
                && done.apply(RunRecord.parse(Files.readString(scene.journal()), "the journal"));
    }
}
