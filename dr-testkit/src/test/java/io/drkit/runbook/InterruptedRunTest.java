package io.drkit.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.runbook.RunbookReport.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ends a run in the midst of a step: a deadline, an interrupt, a lost lock, a journal that cannot be written. */
@Timeout(60)
class InterruptedRunTest {

    private static final StepOptions QUICK = StepOptions.DEFAULTS.attempts(2, Duration.ofMillis(1));

    private final World world = new World();
    private final MemoryJournal journal = new MemoryJournal(world);
    private final RunbookRunner runner = new RunbookRunner(
            journal, RunbookOptions.builder().endPatience(Duration.ofSeconds(1)).build());

    @Test
    void a_step_that_takes_too_long_is_interrupted_and_ended_before_anything_is_undone() {
        CountDownLatch never = new CountDownLatch(1);
        Runbook runbook = Runbook.named("r")
                .step("a", "First", world.step("a"), QUICK)
                .step(
                        "slow",
                        "Slow",
                        Step.looking(context -> {
                            try {
                                never.await();
                            } catch (InterruptedException e) {
                                world.moment("slow.ended");
                                throw new IllegalStateException(e);
                            }
                        }),
                        QUICK.deadline(Duration.ofSeconds(1)))
                .build();
        RunbookReport report = runner.run(runbook);
        assertThat(report.outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(report.why()).hasValueSatisfying(why -> assertThat(why).contains("deadline"));
        List<String> calls = world.calls();
        assertThat(calls.indexOf("slow.ended")).isBetween(0, calls.indexOf("a.undo"));
    }

    @Test
    void a_step_that_does_not_end_stops_the_run_and_nothing_is_undone() {
        CountDownLatch let = new CountDownLatch(1);
        Runbook runbook = Runbook.named("r")
                .step("a", "First", world.step("a"), QUICK)
                .step(
                        "deaf",
                        "Deaf",
                        Step.looking(context -> {
                            while (let.getCount() > 0) {
                                Thread.interrupted();
                                Thread.onSpinWait();
                            }
                        }),
                        QUICK.deadline(Duration.ofMillis(20)))
                .build();
        RunbookReport report = runner.run(runbook);
        let.countDown();
        assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(report.why()).hasValueSatisfying(why -> assertThat(why).contains("end this process"));
        assertThat(world.count("a.undo")).isZero();
    }

    @Test
    void a_run_whose_thread_is_interrupted_stops_where_it_is() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Runbook runbook = Runbook.named("r")
                .step("a", "First", world.step("a"), QUICK)
                .step("slow", "Slow", Step.looking(context -> {
                    begun.countDown();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .build();
        List<RunbookReport> report = Collections.synchronizedList(new ArrayList<>());
        Thread thread = new Thread(() -> report.add(runner.run(runbook)));
        thread.start();
        begun.await();
        thread.interrupt();
        thread.join();
        assertThat(report).extracting(RunbookReport::outcome).containsExactly(Outcome.STOPPED);
        assertThat(world.count("a.undo")).isZero();
        assertThat(runner.undo(runbook).outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(world.on()).isEmpty();
    }

    @Test
    void a_lost_lock_interrupts_what_is_under_way() {
        CountDownLatch never = new CountDownLatch(1);
        Runbook runbook = Runbook.named("r")
                .step("a", "First", world.step("a"), QUICK)
                .step("slow", "Slow", Step.looking(context -> {
                    journal.lose();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .build();
        RunbookReport report = runner.run(runbook);
        assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(report.why()).hasValueSatisfying(why -> assertThat(why).contains("lock"));
        assertThat(world.count("a.undo")).isZero();
    }

    @Test
    void a_journal_that_cannot_be_written_stops_before_anything_more_is_done() {
        Runbook runbook = Runbook.named("r")
                .step("a", "First", world.step("a"), QUICK)
                .step("cut", "Cuts", Step.looking(context -> journal.fail(World.unreachable())), QUICK)
                .step("b", "Then", world.step("b"), QUICK)
                .build();
        RunbookReport report = runner.run(runbook);
        assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(report.why()).hasValueSatisfying(why -> assertThat(why).contains("journal"));
        assertThat(world.on()).containsExactly("a");
        journal.fail(null);
        assertThat(world.count("b.check")).isZero();
    }

    static Stream<Throwable> whatNobodyExpected() {
        return Stream.of(
                new NoClassDefFoundError("io/example/Driver"),
                new CancellationException("a future of the step's own"),
                new TimeoutException("the step's own"),
                new InterruptedException("the step's own"),
                new IllegalStateException("a bug"));
    }

    private Runbook threeAndBeyond() {
        return Runbook.named("r")
                .step("a", "First", world.step("a"), QUICK)
                .step("b", "Second", world.step("b"), QUICK)
                .step("c", "Third", world.step("c"), QUICK)
                .pointOfNoReturn()
                .step("d", "Beyond", world.step("d"), QUICK)
                .build();
    }

    @ParameterizedTest
    @MethodSource("whatNobodyExpected")
    void whatever_a_step_throws_fails_the_step_and_is_taken_back(Throwable fault) {
        world.fail("c.acted", fault);
        RunbookReport report = runner.run(threeAndBeyond());
        assertThat(report.outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(report.why())
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("Step c failed", fault.getClass().getSimpleName(), fault.getMessage())
                        .doesNotContain("deadline", "lock"));
        assertThat(world.on()).isEmpty();
    }

    @Test
    void an_error_beyond_the_point_of_no_return_stops_the_run_with_a_report() {
        world.fail("d.act", new NoClassDefFoundError("io/example/Driver"));
        RunbookReport report = runner.run(threeAndBeyond());
        assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(world.on()).containsExactly("a", "b", "c");
        world.heal();
        assertThat(runner.resume(threeAndBeyond()).outcome()).isEqualTo(Outcome.DONE);
    }

    @Test
    void an_error_in_one_undo_does_not_end_the_others() {
        world.fail("c.acted", World.refused());
        world.fail("b.undo", new NoClassDefFoundError("io/example/Driver"));
        RunbookReport report = runner.run(threeAndBeyond());
        assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(report.why())
                .hasValueSatisfying(why -> assertThat(why).contains("b: It failed", "io/example/Driver"));
        assertThat(world.on()).containsExactly("b");
    }

    @Test
    void what_a_step_tells_badly_fails_it_as_well() {
        Runbook runbook = Runbook.named("r")
                .step("a", "First", world.step("a"), QUICK)
                .step("b", "Tells", new BadlyTold(), QUICK)
                .build();
        RunbookReport report = runner.run(runbook);
        assertThat(report.outcome()).isEqualTo(Outcome.UNDONE);
        assertThat(world.on()).isEmpty();
    }

    private static final class BadlyTold implements Step<Step.Nothing> {

        @Override
        public Class<Nothing> recordType() {
            return Nothing.class;
        }

        @Override
        public Nothing act(StepContext context) {
            return Nothing.INSTANCE;
        }

        @Override
        public String told(Nothing record) {
            throw new NoSuchMethodError("of another version");
        }

        @Override
        public void undo(StepContext context, Optional<Nothing> record) {
            // Nothing was changed.
        }
    }

    @Test
    void a_run_that_is_interrupted_at_a_question_stops_there() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        Runbook runbook = Runbook.named("r")
                .step("a", "First", world.step("a"), QUICK)
                .step("b", "Asks", world.step("b"), QUICK.confirm("Really?"))
                .build();
        RunbookRunner asking = new RunbookRunner(
                journal,
                RunbookOptions.builder()
                        .confirmation(step -> {
                            asked.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                            return false;
                        })
                        .build());
        List<RunbookReport> report = Collections.synchronizedList(new ArrayList<>());
        Thread thread = new Thread(() -> report.add(asking.run(runbook)));
        thread.start();
        asked.await();
        thread.interrupt();
        thread.join();
        assertThat(report).extracting(RunbookReport::outcome).containsExactly(Outcome.STOPPED);
        assertThat(report.get(0).why())
                .hasValueSatisfying(why -> assertThat(why).contains("question of b"));
        assertThat(world.on()).containsExactly("a");
    }
}
