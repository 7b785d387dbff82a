package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drkit.keystore.KeyStore;
import io.drkit.runbook.SharedJournal;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A run that is under way or not finished keeps others from beginning, wherever it is known, and says what can be done. */
class RunbookOneAtATimeTest extends OnRunbookScene {

    private static final String[] OTHER_WAY = {"--from", "standby", "--to", "primary", "--yes-all"};

    /** At its first question, by a signal. */
    private Running stoppedAtItsQuestion() throws Exception {
        InputStream stdin = System.in;
        try (PipedOutputStream nobodyTypes = new PipedOutputStream();
                PipedInputStream terminal = new PipedInputStream(nobodyTypes)) {
            System.setIn(terminal);
            System.setProperty("drkit.terminal", "true");
            Running run = Running.start(RunbookScene.arguments("migrate", scene.etcdOnly()));
            await().atMost(Duration.ofSeconds(30)).until(() -> run.err().contains("Type yes:"));
            assertThat(run.stop()).as(run.err()).isEqualTo(4);
            return run;
        } finally {
            System.clearProperty("drkit.terminal");
            System.setIn(stdin);
        }
    }

    @Test
    void a_signal_at_an_open_question_stops_the_run_with_its_report() throws Exception {
        Running run = stoppedAtItsQuestion();
        assertThat(run.out())
                .contains("migrate: stopped", "It was stopped at the question of begin")
                .contains("To go on: drkit migrate ", "To take it back: drkit migrate ");
        assertThat(RunbookScene.role(scene.standby)).startsWith("STANDBY");
        Cli resumed = scene.run("migrate", scene.etcdOnly(), "--resume", "--yes-all");
        assertThat(resumed.code()).as(resumed.err()).isZero();
    }

    @Test
    void only_a_run_of_the_same_runbook_is_abandoned() throws Exception {
        stoppedAtItsQuestion();
        Cli drill = scene.run("drill", scene.etcdOnly(), "--abandon");
        assertThat(drill.code()).isEqualTo(5);
        assertThat(drill.err()).contains("a run of migrate", "If that is meant: drkit migrate --config ", "--abandon");
        assertThat(scene.run("migrate", scene.etcdOnly(), "--undo").code()).isZero();
    }

    @Test
    void a_run_of_the_other_way_is_seen_while_it_is_under_way() {
        try (KeyStore primary = RunbookScene.connect(scene.primary);
                SharedJournal held = SharedJournal.open(primary, "anna on alpha", Duration.ZERO)) {
            assertThat(held.isHeld()).isTrue();
            Cli refused = scene.run("migrate", scene.etcdOnly(), "--yes-all");
            assertThat(refused.code()).isEqualTo(5);
            assertThat(refused.err()).contains("by anna on alpha since 20");
        }
        Cli done = scene.run("migrate", scene.etcdOnly(), "--yes-all");
        assertThat(done.code()).as(done.err()).isZero();
    }

    @Test
    void a_run_of_the_other_way_is_seen_that_is_not_finished() throws Exception {
        stoppedAtItsQuestion();
        Files.delete(scene.journal());
        Cli refused = scene.run("failover", scene.anotherOperator(), OTHER_WAY);
        assertThat(refused.code()).isEqualTo(5);
        assertThat(refused.err()).contains("A run of migrate the other way", "is not finished at standby");
        assertThat(RunbookScene.role(scene.primary)).startsWith("PRIMARY in epoch 1");
    }

    @Test
    void a_run_that_the_standby_forgot_is_gone_on_with_from_this_machine() throws Exception {
        stoppedAtItsQuestion();
        scene.standby.etcdctl("del", "/drkit/runbook/", "--prefix");
        String before = Files.readString(scene.journal());
        Cli refused = scene.run("failover", scene.etcdOnly(), "--yes-all");
        assertThat(refused.code()).isEqualTo(5);
        assertThat(refused.err()).contains("An earlier run of migrate", "is not finished");
        assertThat(Files.readString(scene.journal())).isEqualTo(before);
        Cli resumed = scene.run("migrate", scene.etcdOnly(), "--resume", "--yes-all");
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(RunbookScene.role(scene.standby)).startsWith("PRIMARY");
    }

    @Test
    void a_damaged_journal_on_this_machine_keeps_nobody_from_ending_the_run() throws Exception {
        stoppedAtItsQuestion();
        Files.writeString(scene.journal(), "");
        Cli abandoned = scene.run("migrate", scene.etcdOnly(), "--abandon");
        assertThat(abandoned.code()).as(abandoned.err()).isZero();
        assertThat(abandoned.out()).contains("is over, as it is");
    }
}
