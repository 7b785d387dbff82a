package io.drkit.examples;

import io.drkit.examples.MortalRunbook.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The process of a runbook is killed by the system right after each of its steps, and another one goes on: it ends as it would have without. Runbooks
 * follow one another, for what comes before them takes long. What a build has no time for is in the soak: the other runbooks, other moments, and a run of its
 * own for each.
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

    @ParameterizedTest
    @Tag("soak")
    @ValueSource(strings = {"enable drill migrate", "failover failback"})
    void killed_at_every_moment_of_each_step_in_turn_they_end_as_without(String runbooks) throws IOException {
        List<String> story = List.of(runbooks.split(" ", -1));
        List<SortedMap<String, String>> wanted = kills.undisturbed(story);
        kills.killAtEachInTurn(story, Moment.BEFORE, wanted);
        kills.killAtEachInTurn(story, Moment.BETWEEN, wanted);
    }

    @ParameterizedTest
    @Tag("soak")
    @ValueSource(strings = {"enable", "drill", "migrate", "failover", "failback"})
    void killed_once_at_any_moment_of_any_step_it_ends_as_without(String runbook) throws IOException {
        SortedMap<String, String> wanted = kills.undisturbed(List.of(runbook)).get(0);
        int killed = 0;
        for (String step : kills.steps(runbook)) {
            for (Moment moment : new Moment[] {Moment.BEFORE, Moment.AFTER}) {
                kills.killAt(runbook, moment, step, wanted);
                killed++;
            }
        }
        System.out.println(runbook + ": " + killed + " runs, each killed once and gone on with");
    }

    private void assertUnharmed(String... runbooks) throws IOException {
        List<String> story = List.of(runbooks);
        kills.killAtEachInTurn(story, Moment.AFTER, kills.undisturbed(story));
    }
}
