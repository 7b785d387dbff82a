package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo verifies each of its steps itself, and exits with 0 only if all held. */
class DemoTest {

    @Test
    void the_story_holds_and_ends_with_reports_of_what_it_measured(@TempDir Path folder) throws IOException {
        Cli demo = drkit("demo", "--seed", "7", "--folder", folder.toString());
        assertThat(demo.code()).as(demo.out() + demo.err()).isZero();
        assertThat(demo.out()).doesNotContain("FAILED");
        for (String runbook : new String[] {"failover", "failback"}) {
            Path page = folder.resolve(runbook + ".html");
            assertThat(demo.out())
                    .containsPattern(Pattern.compile(runbook
                            + " +RPO [0-9.]+ s of etcd, [0-9.]+ s of the volumes .met: .*\n +RTO [0-9.]+ s .met: "))
                    .contains(page.toString());
            assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>").contains(runbook);
            assertThat(folder.resolve(runbook + ".json")).isNotEmptyFile();
        }
        assertThat(drkit(
                                "config",
                                "check",
                                "--config",
                                folder.resolve("drkit.yaml").toString())
                        .code())
                .isZero();
    }

    @Test
    void a_folder_with_files_is_left_alone(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("drkit.yaml"), "sites: {}");
        Cli demo = drkit("demo", "--folder", folder.toString());
        assertThat(demo.code()).isEqualTo(2);
        assertThat(demo.err()).contains("is not empty");
        assertThat(folder.resolve("drkit.yaml")).hasContent("sites: {}");
    }
}
