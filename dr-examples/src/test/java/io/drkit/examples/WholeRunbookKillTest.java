package io.drkit.examples;

import io.drkit.examples.MortalRunbook.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void a_failover_and_a_failback_killed_after_each_step_in_turn_end_as_without() throws IOException {
        assertUnharmed("failover", "failback");
    }

    /** Of what people begin on a fine day. */
    @Test
    @Tag("soak")
    void an_enabling_a_drill_and_a_migration_killed_after_each_step_in_turn_end_as_without() throws IOException {
        assertUnharmed("enable", "drill", "migrate");
    }

    private void assertUnharmed(String... runbooks) throws IOException {
        List<String> story = List.of(runbooks);
        kills.killAtEachInTurn(story, Moment.AFTER, kills.undisturbed(story));
    }
}
