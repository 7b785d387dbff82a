package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.examples.MortalRunbook.Moment;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The process of a runbook is killed by the system right after each of its steps, and another one goes on: it ends as it would have without. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WholeRunbookKillTest {

    private WholeRunbookKills kills;

    @BeforeAll
    void open(@TempDir Path folder) throws IOException {
        kills = new WholeRunbookKills(folder);
    }

    @AfterAll
    void close() {
        if (kills != null) {
            kills.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"enable", "drill", "migrate", "failover", "failback"})
    void killed_after_each_step_in_turn_it_ends_as_without(String runbook) throws IOException {
        int killed = kills.killAtEachInTurn(runbook, Moment.AFTER, kills.undisturbed(runbook));
        assertThat(killed).isEqualTo(kills.steps(runbook).size()).isGreaterThanOrEqualTo(8);
        System.out.println(runbook + ": killed " + killed + " times, and gone on each time");
    }
}
