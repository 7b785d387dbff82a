package io.drkit.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.SiteUnreachableException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.MergePlan.Action;
import io.drkit.keystore.Bytes;
import io.drkit.rollout.FaultySite.Killed;
import io.drkit.rollout.FaultySite.Step;
import io.drkit.rollout.RolloutReport.Outcome;
import io.drkit.testkit.EncryptionFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every step of a rollout over three servers fails, or is the last of its process: what then? After each step every server reads everything. */
class EncryptionRolloutFaultsTest {

    private static final String OLD = EncryptionFiles.with("old", "new");
    private static final String NEW = EncryptionFiles.with("new", "old");
    private static final RolloutTarget TARGET = new RolloutTarget(
            "the new file",
            Bytes.utf8(NEW),
            EncryptionConfig.parse(NEW, "new"),
            Optional.of(EncryptionConfig.parse(OLD, "old")),
            List.of(Action.RESTART, Action.REWRITE, Action.VERIFY));

    /** More than there are steps in any run. */
    private static final int MANY = 60;

    @TempDir
    private Path folder;

    private int records;

    private Path record() {
        return folder.resolve("rollout-" + records++ + ".json");
    }

    private static <T> T rolling(FaultySite site, Path file, Function<EncryptionRollout, T> work) {
        try (RolloutRecord record = RolloutRecord.open(file)) {
            return work.apply(EncryptionRollout.of(
                    site.servers, site.values(), record, RolloutOptions.DEFAULTS.patience(Duration.ZERO), said -> {}));
        }
    }

    private static RolloutReport run(FaultySite site, Path file) {
        return rolling(site, file, rollout -> rollout.run(TARGET));
    }

    @Test
    void without_a_fault_all_have_it_one_after_another() {
        FaultySite site = new FaultySite(3, OLD);
        RolloutReport report = run(site, record());
        assertThat(report.outcome()).isEqualTo(Outcome.DONE);
        site.requireAll(NEW);
        assertThat(report.rewrite().orElseThrow().rewritten()).isPositive();
        assertThat(site.steps.stream().filter(step -> step.endsWith("started")))
                .containsExactly("cp-1 started", "cp-2 started", "cp-3 started");
    }

    @Test
    void killed_at_any_step_it_goes_on_when_run_again() {
        int kills = 0;
        for (int step = 1; step < MANY; step++) {
            FaultySite site = new FaultySite(3, OLD);
            Path file = record();
            if (!isKilled(site, step, () -> run(site, file))) {
                break;
            }
            kills++;
            site.fault = each -> {};
            assertThat(run(site, file).outcome()).as("killed at step " + step).isEqualTo(Outcome.DONE);
            site.requireAll(NEW);
            assertThat(run(site, file).outcome()).as("and once more").isEqualTo(Outcome.DONE);
        }
        assertThat(kills).isGreaterThan(14);
    }

    @Test
    void failing_at_any_step_it_leaves_all_as_they_were() {
        int failures = 0;
        for (int step = 1; step < MANY; step++) {
            FaultySite site = new FaultySite(3, OLD);
            Path file = record();
            site.fault = failingOnce(step);
            RolloutReport report;
            try {
                report = run(site, file);
            } catch (SiteUnreachableException e) {
                site.requireAll(OLD);
                continue;
            }
            if (report.isDone()) {
                break;
            }
            failures++;
            assertThat(report.outcome()).as("failed at step " + step).isEqualTo(Outcome.ROLLED_BACK);
            site.requireAll(OLD);
            assertThat(run(site, file).outcome()).isEqualTo(Outcome.DONE);
            site.requireAll(NEW);
        }
        assertThat(failures).isGreaterThan(10);
    }

    @Test
    void a_node_that_stays_away_is_the_only_one_left_and_is_put_back_when_it_is_there_again() {
        int unfinished = 0;
        for (int step = 4; step < MANY; step++) {
            FaultySite site = new FaultySite(3, OLD);
            Path file = record();
            site.fault = failingFrom(step);
            RolloutReport report = run(site, file);
            if (report.isDone()) {
                break;
            }
            if (report.outcome() == Outcome.ROLLED_BACK) {
                // It went away before anything was done there, or after it was put back.
                site.requireAll(OLD);
                continue;
            }
            assertThat(report.outcome()).isEqualTo(Outcome.UNFINISHED);
            List<String> left = report.nodes().stream()
                    .filter(node -> node.state() != RolloutReport.NodeState.RESTORED
                            && node.state() != RolloutReport.NodeState.UNTOUCHED)
                    .map(RolloutReport.NodeReport::node)
                    .toList();
            assertThat(left).hasSize(1);
            unfinished++;
            site.fault = each -> {};
            assertThat(run(site, file).outcome()).as("failed at step " + step).isEqualTo(Outcome.ROLLED_BACK);
            site.requireAll(OLD);
            assertThat(run(site, file).outcome()).isEqualTo(Outcome.DONE);
        }
        assertThat(unfinished).isGreaterThan(8);
    }

    @Test
    void killed_at_any_step_of_going_back_it_goes_on_going_back() {
        int kills = 0;
        for (int failure = 4; failure < MANY; failure++) {
            for (int kill = failure + 1 + failure % 2; kill < MANY; kill += 2) {
                FaultySite site = new FaultySite(3, OLD);
                Path file = record();
                Consumer<Step> first = failingOnce(failure);
                int last = kill;
                Consumer<Step> both = step -> {
                    if (step.number() == last) {
                        throw new Killed();
                    }
                    first.accept(step);
                };
                site.fault = both;
                boolean killed;
                try {
                    killed = run(site, file) == null;
                } catch (Killed e) {
                    killed = true;
                }
                if (!killed) {
                    break;
                }
                kills++;
                site.fault = each -> {};
                RolloutReport after = run(site, file);
                // Killed before the record said that it goes back, it goes on.
                site.requireAll(after.isDone() ? NEW : OLD);
                assertThat(run(site, file).outcome()).isEqualTo(Outcome.DONE);
                site.requireAll(NEW);
            }
        }
        assertThat(kills).isGreaterThan(50);
    }

    @Test
    void what_is_under_way_can_be_taken_back_at_any_step() {
        for (int step = 5; step < MANY; step++) {
            FaultySite site = new FaultySite(3, OLD);
            Path file = record();
            if (!isKilled(site, step, () -> run(site, file))) {
                break;
            }
            site.fault = each -> {};
            assertThat(rolling(site, file, EncryptionRollout::back).outcome()).isEqualTo(Outcome.ROLLED_BACK);
            site.requireAll(OLD);
            assertThatThrownBy(() -> rolling(site, file, EncryptionRollout::back))
                    .hasMessageContaining("Nothing is under way");
        }
    }

    @Test
    void interrupted_it_stops_where_it_is_and_goes_on_when_run_again() {
        FaultySite site = new FaultySite(3, OLD);
        Path file = record();
        site.fault = step -> {
            if (step.server().name().equals("cp-2") && step.what().equals("replaced")) {
                Thread.currentThread().interrupt();
                FaultySite.fail(step);
            }
        };
        RolloutReport report = run(site, file);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(report.outcome()).isEqualTo(Outcome.UNFINISHED);
        assertThat(site.steps).noneMatch(step -> step.contains("restored"));
        site.fault = step -> {};
        assertThat(run(site, file).outcome()).isEqualTo(Outcome.DONE);
        site.requireAll(NEW);
    }

    private static boolean isKilled(FaultySite site, int step, Runnable run) {
        site.fault = each -> {
            if (each.number() == step) {
                throw new Killed();
            }
        };
        try {
            run.run();
            return false;
        } catch (Killed e) {
            return true;
        }
    }

    private static Consumer<Step> failingOnce(int number) {
        return step -> {
            if (step.number() == number) {
                FaultySite.fail(step);
            }
        };
    }

    /** The server of that step does not answer any more. */
    private static Consumer<Step> failingFrom(int number) {
        List<String> away = new ArrayList<>();
        return step -> {
            if (step.number() == number) {
                away.add(step.server().name());
            }
            if (away.contains(step.server().name())) {
                FaultySite.fail(step);
            }
        };
    }
}
