package io.drkit.runbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.Ticker;
import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Moment;
import io.drkit.testkit.InMemoryKeyStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SharedJournalTest {

    private static final Duration LIFE = Duration.ofSeconds(2);

    private final InMemoryKeyStore standby = new InMemoryKeyStore("standby");
    private final FaultyKeyStore store = new FaultyKeyStore(standby, (moment, call) -> {});

    @TempDir
    Path folder;

    private SharedJournal open(String by, Duration patience) {
        return SharedJournal.open(store, by, patience, LIFE, Clock.systemUTC(), Ticker.SYSTEM);
    }

    private static RunRecord record(String session, long version) {
        return new RunRecord(
                "id",
                "r",
                "plan",
                "me",
                Instant.EPOCH,
                session,
                version,
                false,
                false,
                List.of(StepRecord.waiting("a")));
    }

    @Test
    void of_two_operators_one_proceeds_and_the_other_is_told_who() {
        try (SharedJournal first = open("anna, process 1 on alpha", Duration.ZERO)) {
            first.write(record("s", 1));
            assertThatThrownBy(() -> open("ben", Duration.ZERO))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("by anna, process 1 on alpha since 20");
        }
        try (SharedJournal second = open("ben", Duration.ZERO)) {
            assertThat(second.read()).contains(record("s", 1));
        }
    }

    @Test
    void a_holder_that_died_is_waited_for() {
        // Dead as a killed process is: nobody renews its lease.
        SharedJournal dead = open("dead", Duration.ZERO);
        standby.expireLeases();
        assertThat(dead.isHeld()).isFalse();
        try (SharedJournal next = open("next", Duration.ofSeconds(20))) {
            assertThat(next.isHeld()).isTrue();
            assertThatThrownBy(() -> dead.write(record("dead", 1)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("by next since");
            next.write(record("next", 1));
            assertThatThrownBy(() -> dead.write(record("dead", 1))).isInstanceOf(UnsafeToProceedException.class);
            assertThat(next.read()).contains(record("next", 1));
        }
        assertThatThrownBy(() -> dead.write(record("dead", 1)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Somebody else has taken this run over");
    }

    @Test
    void a_lock_that_expired_while_nobody_else_ran_is_taken_again() {
        try (SharedJournal journal = open("me", Duration.ZERO)) {
            journal.write(record("s", 1));
            standby.expireLeases();
            assertThat(journal.isHeld()).isFalse();
            journal.write(record("s", 2));
            assertThat(journal.isHeld()).isTrue();
            assertThat(journal.read()).contains(record("s", 2));
        }
    }

    @Test
    void a_write_whose_answer_is_lost_is_looked_at_and_not_made_twice() {
        AtomicInteger commits = new AtomicInteger();
        try (SharedJournal journal = open("me", Duration.ZERO)) {
            store.hook((moment, call) -> {
                if (call.equals("commit") && moment == Moment.AFTER && commits.getAndIncrement() == 0) {
                    throw new OutcomeUnknownException("lost", null);
                }
            });
            journal.write(record("s", 1));
            long after = standby.revision();
            journal.write(record("s", 2));
            assertThat(standby.revision()).isEqualTo(after + 1);
            assertThat(journal.read()).contains(record("s", 2));
        }
    }

    @Test
    void a_store_that_does_not_answer_for_long_is_told() {
        try (SharedJournal journal = open("me", Duration.ZERO)) {
            store.hook((moment, call) -> {
                if (call.equals("commit")) {
                    throw new SiteUnreachableException("away");
                }
            });
            assertThatThrownBy(() -> journal.write(record("s", 1))).isInstanceOf(SiteUnreachableException.class);
            store.hook((moment, call) -> {});
            assertThat(journal.read()).isEmpty();
        }
    }

    @Test
    void what_is_no_journal_is_refused_and_not_quoted() {
        standby.put(DrKitKeys.RUNBOOK_RUN.utf8(), "{\"secret\": 42");
        try (SharedJournal journal = open("me", Duration.ZERO)) {
            assertThatThrownBy(journal::read)
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("/drkit/runbook/run at standby is no journal")
                    .hasMessageNotContaining("42");
        }
    }

    @Test
    void a_file_is_its_owners_and_one_process_has_it() throws Exception {
        Path file = folder.resolve("run.json");
        try (FileJournal journal = FileJournal.open(file)) {
            assertThat(journal.read()).isEmpty();
            journal.write(record("s", 1));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThatThrownBy(() -> FileJournal.open(file)).isInstanceOf(UnsafeToProceedException.class);
        }
        try (FileJournal journal = FileJournal.open(file)) {
            assertThat(journal.read()).contains(record("s", 1));
            Files.writeString(file, "{");
            assertThatThrownBy(journal::read).isInstanceOf(UnsafeToProceedException.class);
        }
    }

    @Test
    void of_two_journals_the_shared_one_counts_unless_this_machine_was_killed_between_its_two_writes() {
        Path file = folder.resolve("run.json");
        try (FileJournal here = FileJournal.open(file);
                SharedJournal there = open("me", Duration.ZERO)) {
            JournalPair pair = new JournalPair(here, there);
            pair.write(record("s", 1));
            here.write(record("s", 2));
            assertThat(pair.read()).contains(record("s", 2));
            // Another machine went on from what it could see.
            there.write(record("other", 2));
            assertThat(pair.read()).contains(record("other", 2));
            there.write(record("other", 3));
            assertThat(pair.read()).contains(record("other", 3));
        }
    }

    private static RunRecord run(String id, Instant began, long version, boolean ended) {
        List<StepRecord> steps = List.of(StepRecord.waiting("a"));
        return new RunRecord(id, "r", "plan", "me", began, "s", version, false, ended, steps);
    }

    @Test
    void what_the_store_forgot_and_is_not_finished_is_gone_on_with_from_this_machine() {
        RunRecord unfinished = run("new", Instant.EPOCH.plusSeconds(9), 5, false);
        try (FileJournal here = FileJournal.open(folder.resolve("run.json"));
                SharedJournal there = open("me", Duration.ZERO)) {
            JournalPair pair = new JournalPair(here, there);
            here.write(unfinished);
            assertThat(pair.read()).as("replaced").contains(unfinished);
            there.write(run("new", Instant.EPOCH.plusSeconds(9), 3, false));
            assertThat(pair.read()).as("restored to the midst of it").contains(unfinished);
            there.write(run("old", Instant.EPOCH, 9, true));
            assertThat(pair.read()).as("restored to before it").contains(unfinished);
            there.write(run("old", Instant.EPOCH, 8, false));
            assertThatThrownBy(pair::read)
                    .as("restored to the midst of an earlier one")
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("not finished either")
                    .hasMessageContaining("run.json away");
        }
    }

    @Test
    void what_is_finished_or_of_an_earlier_run_on_this_machine_does_not_count() {
        try (FileJournal here = FileJournal.open(folder.resolve("run.json"));
                SharedJournal there = open("me", Duration.ZERO)) {
            JournalPair pair = new JournalPair(here, there);
            here.write(run("old", Instant.EPOCH, 5, true));
            assertThat(pair.read()).isEmpty();
            here.write(run("old", Instant.EPOCH, 5, false));
            RunRecord later = run("new", Instant.EPOCH.plusSeconds(1), 1, true);
            there.write(later);
            assertThat(pair.read()).contains(later);
        }
    }

    @Test
    void a_run_whose_store_was_replaced_is_neither_overwritten_nor_lost() {
        World world = new World();
        RunbookOptions options = RunbookOptions.builder().build();
        Path file = folder.resolve("run.json");
        Step<Step.Nothing> good = Step.looking(context -> {});
        try (JournalPair pair = new JournalPair(FileJournal.open(file), open("me", Duration.ZERO))) {
            Step<Step.Nothing> cut = Step.looking(context -> {
                standby.expireLeases();
                open("other", Duration.ZERO);
            });
            assertThat(new RunbookRunner(pair, options).run(runbook(world, cut)).outcome())
                    .isEqualTo(Outcome.STOPPED);
        }
        InMemoryKeyStore replaced = new InMemoryKeyStore("standby");
        try (JournalPair pair =
                new JournalPair(FileJournal.open(file), SharedJournal.open(replaced, "me", Duration.ZERO))) {
            RunbookRunner runner = new RunbookRunner(pair, options);
            assertThatThrownBy(() -> runner.run(runbook(world, good)))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("is not finished");
            assertThat(runner.resume(runbook(world, good)).outcome()).isEqualTo(Outcome.DONE);
            assertThat(world.on()).containsExactly("a", "b");
            assertThat(world.count("a.act")).isEqualTo(1);
            assertThat(SharedJournal.look(replaced).orElseThrow().ended()).isTrue();
        }
    }

    @Test
    void a_damaged_file_does_not_count_where_the_store_has_a_run_and_is_named_where_it_has_none() throws Exception {
        Path file = folder.resolve("run.json");
        try (FileJournal here = FileJournal.open(file);
                SharedJournal there = open("me", Duration.ZERO)) {
            JournalPair pair = new JournalPair(here, there);
            for (String damaged : List.of("", "{", "{}", record("s", 1).toJson().replaceAll("(?s)\\[.*]", "[]"))) {
                Files.writeString(file, damaged);
                assertThatThrownBy(pair::read)
                        .isInstanceOf(UnsafeToProceedException.class)
                        .hasMessageContaining("run.json is no journal")
                        .hasMessageContaining("move it away");
            }
            there.write(record("s", 1));
            assertThat(pair.read()).contains(record("s", 1));
            pair.write(record("s", 2));
            assertThat(here.read()).contains(record("s", 2));
        }
    }

    @Test
    void a_run_that_another_machine_took_over_does_nothing_more_here() {
        World world = new World();
        RunbookOptions options = RunbookOptions.builder().build();
        boolean[] hung = {false};
        Step<Step.Nothing> hanging = Step.looking(context -> {
            if (!hung[0]) {
                hung[0] = true;
                // As if this process had been asleep for longer than its lock lives.
                standby.expireLeases();
                try (SharedJournal there = open("there", Duration.ZERO)) {
                    assertThat(new RunbookRunner(there, options)
                                    .resume(runbook(world, Step.looking(again -> {})))
                                    .outcome())
                            .isEqualTo(Outcome.DONE);
                }
            }
        });
        try (JournalPair here =
                new JournalPair(FileJournal.open(folder.resolve("run.json")), open("here", Duration.ZERO))) {
            RunbookReport report = new RunbookRunner(here, options).run(runbook(world, hanging));
            assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
            assertThat(report.why()).hasValueSatisfying(why -> assertThat(why).contains("taken this run over"));
            assertThat(here.read().orElseThrow().ended()).isTrue();
        }
        assertThat(world.on()).containsExactly("a", "b");
        assertThat(world.count("b.act")).isEqualTo(1);
        assertThat(world.count("a.undo")).isZero();
    }

    private static Runbook runbook(World world, Step<Step.Nothing> between) {
        return Runbook.named("r")
                .step("a", "First", world.step("a"))
                .step("between", "Between", between)
                .step("b", "Then", world.step("b"))
                .build();
    }
}
