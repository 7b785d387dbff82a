package io.drkit.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.SiteUnreachableException;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Facts travel from one site to the other as JSON, and reports are read by people, programs and browsers. */
class SiteFactsTest {

    private static final SiteFacts PRIMARY = SampleFacts.primary();
    private static final String HOSTILE = "<script>alert('x')</script>&\"\u0007";

    @Test
    void saved_and_loaded_they_give_the_same_report() {
        SiteFacts standby = SampleFacts.standby().toBuilder()
                .kubernetes(Fact.of("v1.29.0"))
                .images(Fact.unknown("it was not permitted"))
                .build();
        SiteFacts loaded = SiteFacts.parse(standby.toJson(), "standby.json");
        assertThat(loaded).isEqualTo(standby);
        SiteFacts primary = SiteFacts.parse(PRIMARY.toJson(), "primary.json");
        assertThat(SiteComparison.compare(primary, loaded).toJson())
                .isEqualTo(SiteComparison.compare(PRIMARY, standby).toJson());
    }

    @Test
    void what_is_no_facts_is_refused_in_one_sentence_without_its_text() {
        String good = PRIMARY.toJson();
        for (String bad : List.of(
                "",
                "hunter2",
                "[]",
                "{}",
                "{\"format\": 1, \"site\": \"hunter2\"}",
                good.substring(0, good.length() / 2),
                good + "hunter2",
                good.replace("\"site\" : \"primary\"", "\"site\" : null"),
                good.replace("\"kubernetes\" : {", "\"kubernetes\" : {\"unknown\": \"hunter2\","),
                good.replace("\"kubernetes\" :", "\"kubernets\" :"),
                good.replace("2026-11-30T12:00:00Z", "yesterday"),
                good.replace("\"port\" : 443", "\"port\" : 70000"),
                good.replace("\"name\" : \"cp-1\"", "\"name\" : null"))) {
            assertThatThrownBy(() -> SiteFacts.parse(bad, "facts.json"))
                    .as(bad.length() > 200 ? "long" : bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("facts.json")
                    .hasMessageNotContaining("hunter2")
                    .hasNoCause();
        }
        assertThatThrownBy(() -> SiteFacts.parse(good.replace("\"format\" : 1", "\"format\" : 2"), "facts.json"))
                .hasMessageContaining("format 2");
    }

    @Test
    void no_fact_may_be_missing() throws IOException {
        ObjectMapper json = new ObjectMapper();
        for (var fields = json.readTree(PRIMARY.toJson()).fieldNames(); fields.hasNext(); ) {
            String field = fields.next();
            ObjectNode facts = (ObjectNode) json.readTree(PRIMARY.toJson());
            facts.remove(field);
            assertThatThrownBy(() -> SiteFacts.parse(facts.toString(), "facts.json"))
                    .as(field)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("facts.json");
        }
    }

    @Test
    void what_a_terminal_obeys_is_not_shown_to_it() {
        SiteFacts standby = SampleFacts.standby().toBuilder()
                .kubernetes(Fact.of("v1\u001b[2J\u009b0m"))
                .build();
        assertThat(SiteComparison.compare(PRIMARY, standby).toText()).doesNotContain("\u001b", "\u009b");
    }

    @Test
    void a_source_that_fails_leaves_the_others_and_says_why() {
        FactSource failing = facts -> {
            throw new SiteUnreachableException("Kubernetes at https://10.0.0.1:6443 did not answer in time.");
        };
        FactSource etcd = facts -> facts.etcd(Fact.of("3.5.15"));
        SiteFacts facts = SiteFacts.gather("primary", "clock-1", Clock.systemUTC(), List.of(failing, etcd));
        assertThat(facts.etcd().get()).isEqualTo("3.5.15");
        assertThat(facts.kubernetes().because()).contains("did not answer in time");
        assertThat(Fact.look(() -> {
                            throw new IllegalStateException("hunter2");
                        })
                        .because())
                .doesNotContain("hunter2");
    }

    @Test
    void the_page_holds_nothing_of_a_site_unescaped_and_loads_nothing() {
        SiteFacts standby = SampleFacts.standby().toBuilder()
                .kubernetes(Fact.of(HOSTILE))
                .storageClasses(Fact.of(Map.of(HOSTILE, Map.of("provisioner", HOSTILE))))
                .images(Fact.unknown(HOSTILE))
                .build();
        SiteFacts named = SiteFacts.parse(
                standby.toJson().replace("\"site\" : \"standby\"", "\"site\" : \"<script>b</script>\""), "x");
        String page = SiteComparison.compare(PRIMARY, named).toHtml();
        assertThat(page)
                .doesNotContain("<script", "http:", "https:", "src=", "url(", "\u0007")
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;", "prefers-color-scheme: dark");
    }

    @Test
    void the_reports_name_severity_both_sides_what_breaks_and_what_to_do() throws IOException {
        SiteFacts standby =
                SampleFacts.standby().toBuilder().kubernetes(Fact.of("v1.29.0")).build();
        ComparisonReport report = SiteComparison.compare(PRIMARY, standby);
        assertThat(report.toText())
                .contains("BLOCKING (1)", "primary: v1.30.4", "standby: v1.29.0", "breaks: ", "do: Upgrade")
                .endsWith("1 blocking, 0 unknown, 0 warnings, 0 notes.\n");
        var json = new ObjectMapper().readTree(report.toJson());
        assertThat(json.path("verdict").asText()).isEqualTo("would-break");
        assertThat(json.path("findings").path(0).path("standby").asText()).isEqualTo("v1.29.0");
    }
}
