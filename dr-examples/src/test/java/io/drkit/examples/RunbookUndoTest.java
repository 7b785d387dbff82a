package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.examples.cli.PlatformSettings;
import io.drkit.examples.runbook.Failback;
import io.drkit.examples.runbook.Failover;
import io.drkit.examples.runbook.Migrate;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.runbook.FileJournal;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.RunbookOptions;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.RunbookRunner;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A runbook of which a step fails before the point of no return, each in turn: both sites are as they were. */
class RunbookUndoTest extends OnRunbookScene {

    private Platform platform() {
        return PlatformSettings.read(scene.withNames(), PlatformSettings.Sites.DEFAULT, Duration.ofSeconds(2))
                .platform();
    }

    private SortedMap<String, String> both(Predicate<String> meant) {
        SortedMap<String, String> both = new TreeMap<>();
        RunbookScene.content(scene.primary, meant).forEach((key, value) -> both.put("primary " + key, value));
        RunbookScene.content(scene.standby, meant).forEach((key, value) -> both.put("standby " + key, value));
        both.put("name", scene.leads().toString());
        return both;
    }

    private void assertTakenBack(Runbook whole, Predicate<String> meant) {
        SortedMap<String, String> before = both(meant);
        int failed = 0;
        for (String step : FailingRunbook.undoable(whole)) {
            RunbookReport report;
            try (FileJournal journal = FileJournal.open(folder.resolve("undo.json"))) {
                report = new RunbookRunner(
                                journal,
                                RunbookOptions.builder()
                                        .confirmation(placed -> true)
                                        .build())
                        .run(FailingRunbook.at(step, whole));
            }
            assertThat(report.outcome()).as(step + " " + report).isEqualTo(Outcome.UNDONE);
            failed += report.why().orElse("").contains("meant to fail") ? 1 : 0;
            assertThat(both(meant)).as(step).isEqualTo(before);
        }
        assertThat(failed).isGreaterThanOrEqualTo(3);
    }

    @Test
    void a_failover_that_fails_leaves_everything_as_it_was() {
        assertTakenBack(Failover.of(platform()), key -> !key.startsWith("/drkit/runbook/"));
    }

    @Test
    void a_failback_that_fails_leaves_everything_as_it_was() {
        assertThat(scene.run("failover", scene.withoutPrimary(), "--yes-all").code())
                .isZero();
        RunbookScene.put(scene.primary, "/registry/configmaps/a/late", "nobody has it");
        assertTakenBack(Failback.of(platform()), key -> !key.startsWith("/drkit/runbook/"));
    }

    @Test
    void a_migration_that_fails_leaves_at_most_the_standby_level_and_that_proved() {
        assertTakenBack(
                Migrate.of(platform()),
                key -> !key.startsWith("/drkit/runbook/")
                        && !key.startsWith("/drkit/mirror/")
                        && !key.equals("/drkit/proof"));
    }
}
