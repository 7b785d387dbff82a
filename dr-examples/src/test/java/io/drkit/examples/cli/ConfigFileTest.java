package io.drkit.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {

    @TempDir
    Path folder;

    private ConfigFile read(String yaml, Map<String, String> environment) throws IOException {
        return ConfigFile.read(Files.writeString(folder.resolve("drkit.yaml"), yaml), environment::get);
    }

    @Test
    void variables_are_replaced_in_values_and_cannot_change_the_structure() throws IOException {
        ConfigFile config = read(
                "sites: {a: {endpoints: ['${ONE}', 'http://two:1'], user: 'u-${USER}', password: '${SECRET}'}}",
                Map.of("ONE", "http://one:1", "USER", "x", "SECRET", "$1\\, cacert: /etc/other"));
        SiteSettings site = config.site("a");
        assertThat(site.endpoints()).isEqualTo(List.of("http://one:1", "http://two:1"));
        assertThat(site.user()).isEqualTo("u-x");
        assertThat(site.password()).isEqualTo("$1\\, cacert: /etc/other");
        assertThat(site.cacert()).isNull();
    }

    @Test
    void files_are_relative_to_the_configuration() throws IOException {
        SiteSettings site = read("sites: {a: {endpoints: 'http://a:1', cacert: pki/ca.crt, key: /abs.key}}", Map.of())
                .site("a");
        assertThat(site.cacert()).isEqualTo(folder.resolve("pki/ca.crt"));
        assertThat(site.key()).isEqualTo(Path.of("/abs.key"));
    }

    @Test
    void a_password_shows_neither_as_text_nor_in_an_error() throws IOException {
        SiteSettings site = read("sites: {a: {endpoints: 'http://a:1', password: hunter2}}", Map.of())
                .site("a");
        assertThat(site.toString()).doesNotContain("hunter2");
        for (String wrong : List.of(
                "sites: {a: {endpoints: {x: 1}, password: hunter2}}",
                "sites: {a: {password: hunter2, password: hunter2}}",
                "sites: {a: {password: 'hunter2}}",
                "sites: {a: hunter2}",
                "hunter2")) {
            assertThatThrownBy(() -> read(wrong, Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("drkit.yaml")
                    .hasMessageNotContaining("hunter2");
        }
    }

    @Test
    void an_empty_file_is_refused() {
        assertThatThrownBy(() -> read("", Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sites");
        assertThatThrownBy(() -> read("sites: {a: }", Map.of()).site("a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void options_go_before_the_file() {
        SiteSettings file = new SiteSettings(List.of("http://a:1"), null, null, null, "u", null, "from the file", null);
        SiteSettings options = new SiteSettings(null, Path.of("ca"), null, null, null, Path.of("secret"), null, null);
        SiteSettings both = options.orElse(file);
        assertThat(both.endpoints()).isEqualTo(List.of("http://a:1"));
        assertThat(both.cacert()).isEqualTo(Path.of("ca"));
        assertThat(both.user()).isEqualTo("u");
        assertThat(both.passwordFile()).isEqualTo(Path.of("secret"));
        assertThat(both.password()).isNull();
    }
}
