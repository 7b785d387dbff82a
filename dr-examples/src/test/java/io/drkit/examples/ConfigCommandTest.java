package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {

    @TempDir
    Path folder;

    @Test
    void mistakes_are_told_and_a_file_in_order_has_none() throws IOException {
        Path config = Files.writeString(folder.resolve("drkit.yaml"), "sites: {primary: {}}\n");
        Cli wrong = drkit("config", "check", "--config", config.toString(), "--output", "json");
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.json().at("/mistakes/0/what").asText()).isEqualTo("'endpoints' is missing");
        assertThat(drkit("config", "check", "--config", config.toString()).out())
                .contains("line 1: sites.primary: 'endpoints' is missing");
        Files.writeString(config, "sites: {primary: {endpoints: http://127.0.0.1:1}}\n");
        assertThat(drkit("config", "check", "--config", config.toString()).code())
                .isZero();
    }

    @Test
    void example_and_schema_are_printed() {
        assertThat(drkit("config", "example").out()).contains("# The sites");
        assertThat(drkit("config", "schema").out()).contains("\"$schema\"");
    }
}
