package io.drkit.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmarks run and report; how fast anything was is no matter of a test. */
class BenchTest {

    @TempDir
    Path folder;

    private record Run(int code, String out, String err) {

        static Run of(String... arguments) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            int code = BenchCommand.commandLine()
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err))
                    .execute(arguments);
            return new Run(code, out.toString(), err.toString());
        }
    }

    @Test
    void a_quick_case_ends_with_a_table_and_every_sample_as_json() throws IOException {
        Path file = folder.resolve("bench.json");
        Run run = Run.of("--quick", "--json", file.toString(), "check");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("check: 10,000 keys", "two raw scans, values", "wanted: at most 1.25");

        JsonNode report = new ObjectMapper().readTree(file.toFile());
        assertThat(report.path("quick").asBoolean()).isTrue();
        assertThat(report.path("etcd").asText()).isNotEmpty();
        assertThat(report.path("cases")).hasSize(1);
        JsonNode check = report.path("cases").path(0);
        assertThat(check.path("name").asText()).isEqualTo("check");
        assertThat(check.path("rows").findValuesAsText("name"))
                .containsExactly("two raw scans, values", "check values", "two raw scans, keys", "check keys");
        for (JsonNode row : check.path("rows")) {
            JsonNode seconds = row.path("figures").path("s");
            assertThat(seconds.path("median").asDouble()).isPositive();
            assertThat(seconds.path("samples")).hasSize(1);
        }
        assertThat(check.path("ratios")).hasSize(2).allSatisfy(ratio -> {
            assertThat(ratio.path("name").asText()).startsWith("time of check");
            assertThat(ratio.path("value").asDouble()).isPositive();
            assertThat(ratio.path("wanted").asText()).isEqualTo("at most 1.25");
            assertThat(ratio.path("held").isBoolean()).isTrue();
        });
    }

    @Test
    void an_unknown_case_is_told_with_those_there_are() {
        Run run = Run.of("--quick", "check", "nonsense");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("'nonsense'", "base-copy, seeding, ownership, check, growth");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "--json=/no/such/folder/bench.json", "--rounds"})
    void bad_arguments_are_told_in_a_sentence_before_anything_is_measured(String argument) {
        Run run = Run.of("--quick", argument);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("script/bench: ").contains(argument.replaceFirst("^--json=", ""));
        assertThat(run.err().lines().count()).isLessThanOrEqualTo(2);
        assertThat(run.out()).isEmpty();
    }
}
