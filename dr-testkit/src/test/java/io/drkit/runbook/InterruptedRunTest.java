package io.drkit.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.runbook.RunbookReport.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
}
