package io.drkit.runbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.RunbookReport.StepReport;
import io.drkit.runbook.StepRecord.State;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What can be done with a run that is not finished, and that this is said. */
@Timeout(60)
class UnfinishedRunTest {

    private static final StepOptions QUICK = StepOptions.DEFAULTS.attempts(2, Duration.ofMillis(1));

    private final World world = new World();
    private final MemoryJournal journal = new MemoryJournal(world);
    private final RunbookRunner runner = new RunbookRunner(
            journal,
            RunbookOptions.builder()
                    .ways(name -> new Ways(
                            "drkit " + name + " --resume", "drkit " + name + " --undo", "drkit " + name + " --abandon"))
                    .build());

    private Runbook runbook() {
        return Runbook.named("failover")
                .step("a", "The first", world.step("a"), QUICK)
                .step("b", "The second", world.step("b"), QUICK)
                .pointOfNoReturn()
                .step("d", "Beyond", world.step("d"), QUICK)
                .step("e", "The last", world.step("e"), QUICK)
                .build();
    }

    @Test
    void while_a_run_is_not_finished_the_ways_out_are_named_and_no_others() {
        Runbook other = Runbook.named("drill").step("a", "x", world.step("a")).build();
        world.fail("b.act", World.refused());
        world.fail("a.undo", World.refused());
        RunbookReport stuck = runner.run(runbook());
        assertThat(stuck.toString())
                .contains("To go on: drkit failover --resume\n", "drkit failover --abandon")
                .doesNotContain("--undo");
        assertThatThrownBy(() -> runner.run(runbook())).hasMessageContaining("being taken back, at step a");
        world.heal();
        runner.resume(runbook());

        world.fail("d.act", World.refused());
        runner.run(runbook());
        assertThatThrownBy(() -> runner.run(runbook()))
                .hasMessageContaining("To go on: drkit failover --resume")
                .hasMessageContaining("drkit failover --abandon")
                .hasMessageNotContaining("--undo");
        assertThatThrownBy(() -> runner.run(other))
                .hasMessageContaining("drkit failover --resume")
                .hasMessageNotContaining("drkit drill");
    }

    @Test
    void a_run_that_stopped_before_the_point_of_no_return_can_be_taken_back_and_that_is_said() {
        Runbook cut = Runbook.named("failover")
                .step("a", "The first", world.step("a"), QUICK)
                .step("cut", "Cuts", Step.looking(context -> journal.fail(World.unreachable())), QUICK)
                .build();
        assertThat(runner.run(cut).toString())
                .contains("To go on: drkit failover --resume", "To take it back: drkit failover --undo");
        journal.fail(null);
        assertThatThrownBy(() -> runner.run(cut)).hasMessageContaining("To take it back: drkit failover --undo");
    }

    @Test
    void only_a_run_of_the_same_runbook_is_abandoned_and_what_was_done_is_told() {
        world.fail("d.act", World.refused());
        runner.run(runbook());
        Runbook drill = Runbook.named("drill").step("a", "x", world.step("a")).build();
        assertThatThrownBy(() -> runner.abandon(drill))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("a run of failover")
                .hasMessageEndingWith("drkit failover --abandon");
        RunbookReport report = runner.abandon(runbook()).orElseThrow();
        assertThat(report.outcome()).isEqualTo(Outcome.ABANDONED);
        assertThat(report.steps())
                .extracting(StepReport::state)
                .containsExactly(State.DONE, State.DONE, State.FAILED, State.WAITING);
        assertThat(report.toString())
                .contains("The run of failover begun", "is over, as it is", "-- point of no return --");
        assertThat(report.goOn()).isEmpty();
        world.heal();
        assertThat(runner.run(runbook()).outcome()).isEqualTo(Outcome.DONE);
    }
}
