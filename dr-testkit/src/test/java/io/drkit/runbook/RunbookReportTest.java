package io.drkit.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.runbook.Measurement.Kind;
import io.drkit.runbook.RunbookReport.LagSample;
import io.drkit.runbook.RunbookReport.Outcome;
import io.drkit.runbook.RunbookReport.StepReport;
import io.drkit.runbook.StepRecord.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunbookReportTest {

    private static final Instant BEGAN = Instant.parse("2026-11-30T03:00:00Z");

    private static StepReport step(String name, boolean beyond, State state, String detail, int from, int seconds) {
        return new StepReport(
                name,
                "Does what " + name + " does",
                beyond,
                state,
                detail,
                state == State.WAITING ? Optional.empty() : Optional.of(BEGAN.plusSeconds(from)),
                Duration.ofSeconds(seconds),
                name.equals("switch-dns")
                        ? List.of(
                                new Measurement(Kind.RPO, "etcd", Duration.ofMillis(1_400)),
                                new Measurement(Kind.RTO, "platform", Duration.ofSeconds(154)))
                        : List.of());
    }

    private static RunbookReport report() {
        List<LagSample> lag = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            lag.add(new LagSample(BEGAN.plusSeconds(i), Duration.ofMillis(i * (60L - i))));
        }
        return new RunbookReport(
                        "failover",
                        "4f6c",
                        Outcome.STOPPED,
                        Optional.of("Step <restart> failed: \"web\" & its pods."),
                        new Ways("drkit failover --config drkit.yaml --resume", "", "drkit failover --abandon"),
                        BEGAN,
                        BEGAN.plusSeconds(200),
                        List.of(
                                step("evidence", false, State.DONE, "", 0, 12),
                                step("fence-nodes", false, State.SKIPPED, "no node of the primary answers", 12, 5),
                                step("promote", true, State.DONE, "", 17, 3),
                                step("switch-dns", true, State.DONE, "", 20, 131),
                                step("restart", true, State.FAILED, "<script>alert(1)</script>", 151, 49),
                                step("script", true, State.WAITING, "", 0, 0)),
                        List.of())
                .withLag(lag);
    }

    @Test
    void json_has_all_of_it() throws Exception {
        JsonNode json = new ObjectMapper().readTree(report().toJson());
        assertThat(json.path("outcome").asText()).isEqualTo("stopped");
        assertThat(json.path("tookSeconds").asDouble()).isEqualTo(200);
        assertThat(json.path("steps")).hasSize(6);
        assertThat(json.at("/steps/4/state").asText()).isEqualTo("failed");
        assertThat(json.at("/steps/5").has("began")).isFalse();
        assertThat(json.at("/measurements/1/kind").asText()).isEqualTo("RTO");
        assertThat(json.at("/measurements/1/seconds").asDouble()).isEqualTo(154);
        assertThat(json.path("lag")).hasSize(60);
        assertThat(json.path("goOn").asText()).endsWith("--resume");
        assertThat(json.path("takeBack").asText()).isEmpty();
    }

    @Test
    void the_page_loads_nothing_and_what_steps_say_cannot_run() throws Exception {
        String page = report().toHtml();
        assertThat(page)
                .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "Step &lt;restart&gt; failed: &quot;web&quot; &amp;")
                .contains("left:75.50%;width:24.50%", "Point of no return", "2 min 34 s", "--resume", "--abandon")
                .doesNotContain("<script", "http://", "https://", "url(");
        String out = System.getProperty("drkit.test.page");
        if (out != null) {
            Files.writeString(Path.of(out), page);
        }
    }
}
