package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** A runbook's page that cannot be written. */
class RunbookPageTest extends OnRunbookScene {

    @Test
    void a_page_that_cannot_be_written_is_told_before_anything_is_done() throws Exception {
        SortedMap<String, String> standby = RunbookScene.everything(scene.standby);
        Path readOnly = Files.createDirectory(folder.resolve("a-folder"));
        for (Path page : List.of(readOnly, folder.resolve("none/report.html"))) {
            Cli refused = scene.run("migrate", scene.etcdOnly(), "--yes-all", "--html", page.toString());
            assertThat(refused.code()).isEqualTo(2);
            assertThat(refused.err()).contains("--html: cannot write " + page);
        }
        assertThat(RunbookScene.everything(scene.standby)).isEqualTo(standby);
        Path kept = Files.writeString(folder.resolve("kept.html"), "of the last run");
        assertThat(scene.run("migrate", scene.etcdOnly(), "--html", kept.toString(), "--dry-run")
                        .code())
                .isZero();
        assertThat(kept).hasContent("of the last run");
    }

    @Test
    void a_page_that_cannot_be_written_any_more_does_not_change_how_the_run_ended() throws Exception {
        Path pages = Files.createDirectory(folder.resolve("pages"));
        Path config = scene.withNames();
        Path gone = pages.resolve("report.html");
        scene.bind.freeze();
        Running run = Running.start(RunbookScene.arguments("migrate", config, "--yes-all", "--html", gone.toString()));
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> run.err().contains("dns-plan: begun"));
            Files.delete(pages);
        } finally {
            scene.bind.thaw();
        }
        assertThat(run.ended()).as(run.err()).isZero();
        assertThat(run.out()).contains("migrate: done");
        assertThat(run.err()).contains("The report could not be written to " + gone);
    }
}
