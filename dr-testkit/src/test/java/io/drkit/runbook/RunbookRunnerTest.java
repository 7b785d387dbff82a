package io.drkit.runbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.runbook.Measurement.Kind;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.RunbookReport.StepReport;
import io.drkit.runbook.StepRecord.State;
import io.drkit.runbook.World.Killed;
import io.drkit.runbook.World.Switched;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RunbookRunnerTest {

    private static final StepOptions QUICK = StepOptions.DEFAULTS.attempts(2, Duration.ofMillis(1));

    private final World world = new World();
    private final MemoryJournal journal = new MemoryJournal(world);
    private final RunbookRunner runner = runner(RunbookOptions.builder());

    private RunbookRunner runner(RunbookOptions.Builder options) {
        return new RunbookRunner(
                journal,
                options.ways(name -> new Ways(
                                "drkit " + name + " --resume",
                                "drkit " + name + " --undo",
                                "drkit " + name + " --abandon"))
                        .endPatience(Duration.ofSeconds(1))
                        .build());
    }

    private Runbook runbook() {
        return runbook(world);
    }

    private static Runbook runbook(World world) {
        return Runbook.named("failover")
                .step("a", "The first", world.step("a"), QUICK)
                .together(group -> group.step("b", "One of two", world.step("b"), QUICK)
                        .step("c", "The other", world.step("c"), QUICK))
                .pointOfNoReturn()
                .step("d", "Beyond", world.step("d"), QUICK)
                .step("e", "The last", world.step("e"), QUICK)
                .build();
    }

    private static List<State> states(RunbookReport report) {
        return report.steps().stream().map(StepReport::state).toList();
    }

    @Test
    void all_steps_are_done_in_order_and_told() {
        RunbookReport report = runner.run(runbook());
        assertThat(report.outcome()).isEqualTo(Outcome.DONE);
        assertThat(states(report)).containsOnly(State.DONE);
        assertThat(world.on()).containsExactly("a", "b", "c", "d", "e");
        List<String> calls = world.calls();
        assertThat(calls.indexOf("a.verify")).isLessThan(calls.indexOf("b.check"));
        assertThat(calls.indexOf("b.verify")).isLessThan(calls.indexOf("d.check"));
        assertThat(calls.indexOf("c.verify")).isLessThan(calls.indexOf("d.check"));
        assertThat(report.toString()).contains("failover: done", "-- point of no return --", "The last");
    }

    @Test
    void what_a_step_returned_is_journalled_before_it_is_verified_and_it_is_begun_before_it_acts() {
        runner.run(runbook());
        List<String> a = world.calls().stream()
                .filter(call -> call.startsWith("a.") || call.equals("journalled"))
                .limit(9)
                .toList();
        assertThat(a)
                .containsExactly(
                        "journalled",
                        "a.check",
                        "journalled",
                        "a.act",
                        "a.acted",
                        "journalled",
                        "a.verify",
                        "journalled",
                        "journalled");
    }

    @Test
    void of_a_step_that_only_looks_the_journal_knows_when_it_has_and_not_before() {
        Runbook runbook = Runbook.named("failover")
                .step("look", "Looks", Step.looking(context -> world.moment("look")))
                .step("a", "Acts", world.step("a"))
                .build();
        runner.run(runbook);
        assertThat(world.calls().subList(0, 5))
                .containsExactly("journal", "journalled", "look", "journal", "journalled");
        assertThat(journal.written().get(1).step("look").state()).isEqualTo(State.ACTED);
    }

    @Test
    void killed_at_any_moment_it_is_gone_on_with_to_the_same_end() {
        int all = count(() -> runner.run(runbook()));
        for (int moments = 0; moments < all; moments++) {
            World fresh = new World();
            MemoryJournal kept = new MemoryJournal(fresh);
            Runbook again = runbook(fresh);
            fresh.killAfter(moments);
            RunbookRunner first =
                    new RunbookRunner(kept, RunbookOptions.builder().build());
            try {
                RunbookReport ended = first.run(again);
                assertThat(ended.outcome())
                        .as("killed in a group, after %d", moments)
                        .isEqualTo(Outcome.STOPPED);
            } catch (Killed e) {
                // As it should be.
            }
            fresh.live();
            RunbookRunner second =
                    new RunbookRunner(kept, RunbookOptions.builder().build());
            Optional<RunRecord> known = kept.read();
            if (known.isEmpty() || !known.get().ended()) {
                RunbookReport report = known.isEmpty() ? second.run(again) : second.resume(again);
                assertThat(report.outcome()).as("after %d: %s", moments, report).isEqualTo(Outcome.DONE);
            }
            assertThat(fresh.on()).as("after %d", moments).containsExactly("a", "b", "c", "d", "e");
            assertThat(fresh.count("a.undo")).isZero();
        }
    }

    private int count(Runnable run) {
        int before = world.calls().size();
        run.run();
        return world.calls().size() - before;
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.check", "a.act", "a.verify", "b.act", "c.verify", "d.check"})
    void a_failure_before_the_point_of_no_return_leaves_all_as_it_was(String call) {
        world.fail(call, World.refused());
        RunbookReport report = runner.run(runbook());
        assertThat(report.outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(report.why()).hasValueSatisfying(why -> assertThat(why).contains("A person decides."));
        assertThat(world.on()).isEmpty();
        assertThat(report.goOn()).isEmpty();
        world.heal();
        assertThat(runner.run(runbook()).outcome()).isEqualTo(Outcome.DONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"d.act", "d.acted", "d.verify", "e.check", "e.act"})
    void a_failure_after_it_stops_and_says_how_to_go_on(String call) {
        world.fail(call, World.refused());
        RunbookReport report = runner.run(runbook());
        assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(report.goOn()).isEqualTo("drkit failover --resume");
        assertThat(world.on()).contains("a", "b", "c");
        assertThat(world.count("a.undo")).isZero();
        assertThatThrownBy(() -> runner.undo(runbook()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("beyond the point of no return");
        world.heal();
        assertThat(runner.resume(runbook()).outcome()).isEqualTo(Outcome.DONE);
        assertThat(world.count("a.act")).isEqualTo(1);
    }

    @Test
    void undoing_goes_in_reverse_reports_every_failure_and_can_be_done_again() {
        world.fail("c.act", World.refused());
        world.fail("b.undo", World.refused());
        world.fail("a.undo", World.refused());
        RunbookReport report = runner.run(runbook());
        assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(report.why()).hasValueSatisfying(why -> assertThat(why).contains("a: ", "b: "));
        assertThat(states(report))
                .containsExactly(State.NOT_UNDONE, State.NOT_UNDONE, State.UNDONE, State.WAITING, State.WAITING);
        assertThatThrownBy(() -> runner.run(runbook()))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("is not finished");
        world.heal();
        RunbookReport again = runner.resume(runbook());
        assertThat(again.outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(world.on()).isEmpty();
        List<String> calls = world.calls();
        assertThat(calls.lastIndexOf("b.undo")).isLessThan(calls.lastIndexOf("a.undo"));
        assertThat(world.count("c.undo")).isEqualTo(1);
    }

    @Test
    void what_does_not_answer_is_tried_again_and_what_refuses_is_not() {
        world.fail("a.act", World.unreachable());
        assertThat(runner.run(runbook()).outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(world.count("a.act")).isEqualTo(2);
        world.fail("a.act", World.unknown());
        runner.run(runbook());
        assertThat(world.count("a.act")).isEqualTo(4);
        world.fail("a.act", World.refused());
        runner.run(runbook());
        assertThat(world.count("a.act")).isEqualTo(5);
    }

    @Test
    void an_unexpected_failure_is_one_too() {
        world.fail("a.act", new IllegalStateException("odd"));
        RunbookReport report = runner.run(runbook());
        assertThat(report.outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(report.why()).hasValueSatisfying(why -> assertThat(why).contains("nobody expected", "odd"));
    }

    @Test
    void a_step_that_is_skipped_says_why_and_is_not_undone() {
        Runbook runbook = Runbook.named("r")
                .step("skipped", "Not needed", skipping())
                .step("a", "Fails", world.step("a"), QUICK)
                .build();
        world.fail("a.act", World.refused());
        RunbookReport report = runner.run(runbook);
        assertThat(report.steps().get(0).state()).isEqualTo(State.SKIPPED);
        assertThat(report.steps().get(0).detail()).isEqualTo("it is so already");
    }

    private static Step<Switched> skipping() {
        return new Step<>() {
            @Override
            public Class<Switched> recordType() {
                return Switched.class;
            }

            @Override
            public Check check(StepContext context) {
                return Check.skip("it is so already");
            }

            @Override
            public Switched act(StepContext context) {
                throw new AssertionError("it was skipped");
            }

            @Override
            public void undo(StepContext context, Optional<Switched> record) {
                throw new AssertionError("it was skipped");
            }
        };
    }

    @Test
    void what_has_to_be_confirmed_is_not_done_unless_it_is() {
        Runbook runbook = Runbook.named("r")
                .step("a", "First", world.step("a"), QUICK)
                .step("b", "Grave", world.step("b"), QUICK.confirm("Is the primary really gone?"))
                .build();
        RunbookReport report = runner.run(runbook);
        assertThat(report.outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(report.why()).hasValueSatisfying(why -> assertThat(why).contains("Is the primary really gone?"));
        assertThat(world.count("b.act")).isZero();
        RunbookRunner sure = runner(RunbookOptions.builder().confirmation(Confirmation.inAdvance(Set.of("b"))));
        assertThat(sure.run(runbook).outcome()).isEqualTo(Outcome.DONE);
    }

    @Test
    void another_plan_does_not_go_on_with_it() {
        world.fail("d.act", World.refused());
        runner.run(runbook());
        Runbook longer = Runbook.named("failover")
                .step("a", "The first", world.step("a"))
                .build();
        assertThatThrownBy(() -> runner.resume(longer))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("another plan");
        RunbookRunner elsewhere = runner(RunbookOptions.builder().settings("other sites"));
        assertThatThrownBy(() -> elsewhere.resume(runbook())).hasMessageContaining("another plan");
        Runbook other =
                Runbook.named("failback").step("a", "x", world.step("a")).build();
        assertThatThrownBy(() -> runner.resume(other)).hasMessageContaining("a run of failover");
        assertThatThrownBy(() -> runner.run(other)).hasMessageContaining("is at step d");
        assertThat(runner.abandon(longer)).isPresent();
        assertThat(runner.abandon(longer)).isEmpty();
        assertThatThrownBy(() -> runner.resume(runbook())).hasMessageContaining("no run to go on with");
    }

    @Test
    void a_later_step_knows_what_an_earlier_one_returned_also_in_another_process() {
        AtomicReference<Optional<Switched>> seen = new AtomicReference<>(Optional.empty());
        Runbook runbook = Runbook.named("r")
                .step("a", "First", world.step("a"), QUICK)
                .step("b", "Then", world.step("b"), QUICK)
                .step("look", "Looks", Step.looking(context -> seen.set(context.recordOf("a", Switched.class))))
                .pointOfNoReturn()
                .build();
        world.killAfter(12);
        assertThatThrownBy(() -> runner.run(runbook)).isInstanceOf(Killed.class);
        world.live();
        runner(RunbookOptions.builder()).resume(runbook);
        assertThat(seen.get()).contains(new Switched("off"));
    }

    @Test
    void steps_that_run_together_run_at_the_same_time() {
        CyclicBarrier both = new CyclicBarrier(2);
        Step<Step.Nothing> meeting = Step.looking(context -> {
            try {
                both.await(20, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        Runbook runbook = Runbook.named("r")
                .together(group -> group.step("one", "One", meeting).step("two", "Two", meeting))
                .build();
        assertThat(runner.run(runbook).outcome()).isEqualTo(Outcome.DONE);
    }

    @Test
    void measurements_survive_and_the_worst_counts() {
        Runbook runbook = Runbook.named("r")
                .step("m", "Measures", Step.looking(context -> {
                    context.measured(new Measurement(Kind.RPO, "etcd", Duration.ofSeconds(2)));
                    context.measured(new Measurement(Kind.RPO, "volume a", Duration.ofSeconds(90)));
                }))
                .build();
        RunbookReport report = runner.run(runbook);
        assertThat(report.worst(Kind.RPO)).contains(Duration.ofSeconds(90));
        assertThat(report.worst(Kind.RTO)).isEmpty();
        assertThat(journal.read().orElseThrow().step("m").measurements()).hasSize(2);
        assertThat(report.toString()).contains("RPO of volume a: 90.0 s");
    }

    @Test
    void a_plan_changes_nothing_and_tells_what_checks_say() {
        world.fail("d.check", World.refused());
        RunbookPlan plan =
                RunbookPlan.checked(runbook(), RunbookOptions.builder().build());
        assertThat(plan.ready()).isFalse();
        assertThat(plan.toString()).contains("- a: The first", "& c: The other", "[REFUSED: A person decides.]");
        assertThat(world.on()).isEmpty();
        assertThat(journal.read()).isEmpty();
        assertThat(RunbookPlan.of(runbook()).ready()).isTrue();
    }

    @Test
    void a_runbook_that_makes_no_sense_is_refused() {
        assertThatThrownBy(() -> Runbook.named("Fail Over")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Runbook.named("r").build()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Runbook.named("r")
                        .step("a", "x", world.step("a"))
                        .step("a", "y", world.step("a"))
                        .build())
                .hasMessageContaining("Two steps are named a");
    }
}
