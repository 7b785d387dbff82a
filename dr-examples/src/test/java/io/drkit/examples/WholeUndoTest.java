package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.examples.cli.PlatformSettings;
import io.drkit.runbook.FileJournal;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.RunbookOptions;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.RunbookRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each step before the point of no return fails in turn, when it has done what it does: the whole platform is as it was, ports, applications and names
 * too.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WholeUndoTest {

    private Path folder;
    private WholePlatform platform;

    @BeforeAll
    void open(@TempDir Path temporary) {
        folder = temporary;
        platform = new WholePlatform(temporary);
    }

    @AfterAll
    void close() {
        if (platform != null) {
            platform.close();
        }
    }

    private void assertTakenBack(String runbook, String... meantToFail) {
        Runbook whole = MortalRunbook.runbook(
                runbook,
                PlatformSettings.read(platform.config(), PlatformSettings.Sites.DEFAULT, Duration.ofSeconds(2))
                        .platform());
        SortedMap<String, String> before = platform.state();
        List<String> ran = platform.scriptRuns();
        List<String> failed = new ArrayList<>();
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
            if (report.why().orElse("").contains("meant to fail")) {
                failed.add(step);
            }
            assertThat(platform.state()).as(step).isEqualTo(before);
        }
        assertThat(failed).contains(meantToFail);
        assertThat(platform.scriptRuns()).isEqualTo(ran);
    }

    @Test
    @Tag("soak")
    void a_migration_that_fails_starts_the_applications_again_where_they_were() {
        platform.firstDay();
        assertTakenBack("migrate", "quiesce", "stop-mirror", "final-mirror", "dns-plan", "volumes-plan");
    }

    @Test
    void a_failover_that_fails_opens_the_ports_that_it_closed() {
        platform.firstDay();
        assertTakenBack("failover", "evidence", "stop-mirror", "ports", "fence");
    }

    @Test
    @Tag("soak")
    void a_failback_that_fails_closes_the_ports_that_it_opened() {
        platform.failedOver();
        assertTakenBack("failback", "ports", "open-ports", "volumes-plan", "dns-plan", "lost-writes");
    }
}
