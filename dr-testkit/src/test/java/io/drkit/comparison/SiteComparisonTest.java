package io.drkit.comparison;

import static io.drkit.comparison.SampleFacts.APP;
import static io.drkit.comparison.SampleFacts.DATABASE;
import static io.drkit.comparison.SampleFacts.host;
import static io.drkit.comparison.SampleFacts.node;
import static io.drkit.comparison.Severity.NOTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.comparison.ComparisonReport.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each difference that matters is found exactly once, and none is invented. */
class SiteComparisonTest {

    private static final SiteFacts PRIMARY = SampleFacts.primary();
    private static final SiteFacts STANDBY = SampleFacts.standby();

    @TestFactory
    Stream<DynamicTest> each_difference_is_found_exactly_once() {
        return Differences.ALL.stream()
                .map(difference -> DynamicTest.dynamicTest(difference.what(), () -> {
                    boolean gpu = difference.what().equals("GPUs");
                    SiteFacts primary = gpu
                            ? Differences.nodes(node -> Differences.capacity(node, "nvidia.com/gpu", 2))
                                    .apply(PRIMARY.toBuilder())
                                    .build()
                            : PRIMARY;
                    SiteFacts standby =
                            difference.change().apply(STANDBY.toBuilder()).build();
                    List<Finding> found =
                            SiteComparison.compare(primary, standby).findings();
                    assertThat(found).singleElement().satisfies(finding -> {
                        assertThat(finding.topic()).isEqualTo(difference.topic());
                        assertThat(finding.severity()).isEqualTo(difference.severity());
                        assertThat(finding.subject()).contains(difference.subject());
                        assertThat(finding.breaks()).isNotBlank();
                        assertThat(finding.remedy()).isNotBlank();
                    });
                }));
    }

    @Test
    void there_are_thirty_differences_and_more() {
        assertThat(Differences.ALL).hasSizeGreaterThanOrEqualTo(30);
    }

    @Test
    void sites_that_differ_only_in_what_is_each_ones_own_give_no_finding() {
        ComparisonReport report = SiteComparison.compare(PRIMARY, STANDBY);
        assertThat(report.findings()).isEmpty();
        assertThat(report.verdict()).isEqualTo(Verdict.ALIKE);
    }

    @Test
    void what_is_unknown_is_not_taken_for_equal() {
        SiteFacts nothing = SiteFacts.of("standby", Instant.parse("2026-11-30T12:00:00Z"), "clock-1")
                .build();
        ComparisonReport report = SiteComparison.compare(nothing, nothing);
        assertThat(report.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        String unknown = String.join(
                " ", report.findings().stream().map(Finding::subject).toList());
        for (Topic topic : Topic.values()) {
            assertThat(unknown).contains(topic.title());
        }
        // One reason, one finding; what is less important is one of its own.
        assertThat(report.findings()).extracting(Finding::severity).containsExactly(Severity.UNKNOWN, NOTE);
    }

    @Test
    void one_unknown_fact_is_one_finding_with_its_reason() {
        SiteFacts standby = STANDBY.toBuilder()
                .kubernetes(Fact.unknown("the API server did not answer in time"))
                .build();
        assertThat(SiteComparison.compare(PRIMARY, standby).findings())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.severity()).isEqualTo(Severity.UNKNOWN);
                    assertThat(finding.standby()).contains("did not answer in time");
                });
    }

    @Test
    void images_that_could_not_be_looked_for_are_one_finding_for_each_reason() {
        SiteFacts standby = STANDBY.toBuilder()
                .registry(Fact.of(Map.of(
                        APP, ImageAnswer.unknown("registry.b does not know who we are"),
                        DATABASE, ImageAnswer.unknown("registry.b does not know who we are"))))
                .build();
        ComparisonReport report = SiteComparison.compare(PRIMARY, standby);
        assertThat(report.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(report.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.primary()).startsWith("2 images"));
    }

    @Test
    void of_long_values_the_difference_is_shown() {
        String same = "health ".repeat(60);
        Finding found = SiteComparison.compare(corefile(same + "forward . 10.0.0.53"), corefile(same + "loop"))
                .findings()
                .get(0);
        assertThat(found.primary())
                .startsWith("…")
                .endsWith("forward . 10.0.0.53")
                .hasSizeLessThan(170);
        assertThat(found.standby()).startsWith("…").endsWith("loop");
    }

    private static SiteFacts corefile(String text) {
        return PRIMARY.toBuilder()
                .configMaps(Fact.of(Map.of("coredns", Map.of("Corefile", text))))
                .apiServerCertificate(
                        Fact.of(SampleFacts.certificate(String.valueOf(text.length()), "api.platform.example.com")))
                .build();
    }

    @Test
    void clocks_that_were_measured_apart_are_not_compared() {
        SiteFacts later = SiteFacts.parse(STANDBY.toJson().replace("clock-1", "clock-2"), "x");
        assertThat(SiteComparison.compare(PRIMARY, later).findings())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.topic()).isEqualTo(Topic.CLOCKS);
                    assertThat(finding.severity()).isEqualTo(NOTE);
                });
    }

    @Test
    void a_skew_that_may_be_the_measuring_is_none() {
        SiteFacts standby = Differences.hosts(
                        host -> new HostSummary(host.hostname(), "", "", host.cniPlugins(), 1_500, 700))
                .apply(STANDBY.toBuilder())
                .build();
        assertThat(SiteComparison.compare(PRIMARY, standby).findings()).isEmpty();
    }
}
