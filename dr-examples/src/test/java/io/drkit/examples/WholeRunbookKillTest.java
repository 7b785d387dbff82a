package io.drkit.examples;

import io.drkit.examples.MortalRunbook.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The process of a runbook is killed by the system right after each of its steps, and another one goes on: it ends as it would have without. Runbooks
 * follow one another, for what comes before them takes long.
 */
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
    @ValueSource(strings = {"enable drill migrate", "failover failback"})
    void killed_after_each_step_in_turn_they_end_as_without(String runbooks) throws IOException {
        List<String> story = List.of(runbooks.split(" ", -1));
        kills.killAtEachInTurn(story, Moment.AFTER, kills.undisturbed(story));
    }
}
