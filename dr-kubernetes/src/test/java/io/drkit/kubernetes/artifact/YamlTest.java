package io.drkit.kubernetes.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That what is written is what is read, and is written for people. */
class YamlTest {

    @Test
    void texts_of_every_sort_come_back_as_they_were() throws Exception {
        String alphabet = " \t\n\r:#-?[]{},&*!|>'\"%@`~\\ayn0.eE_+\u0000\u0007\u0085\u00a0\u2028\ufeff\ud83d\ude00é";
        Random random = new Random(7);
        for (int round = 0; round < 3000; round++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(12); length > 0; length--) {
                int at = alphabet.codePointAt(random.nextInt(alphabet.length()));
                if (!Character.isSurrogate((char) at) || Character.charCount(at) == 2) {
                    text.appendCodePoint(at);
                }
            }
            ObjectNode object = InMemoryApi.object("v1", "ConfigMap", null, "texts");
            object.putObject("data").put("a", text.toString()).put(text.toString(), "b");
            assertThat(Yaml.read(Yaml.write(object))).containsExactly(object);
        }
    }

    @Test
    void numbers_keep_every_digit() throws Exception {
        String json = "{\"apiVersion\":\"v1\",\"kind\":\"K\",\"metadata\":{\"name\":\"n\"},"
                + "\"a\":[0.1,1.50,12345678901234567890,1e3,-0,true,null,{}, []]}";
        ObjectNode object = (ObjectNode) Trees.JSON.readTree(json);
        assertThat(Trees.same(Yaml.read(Yaml.write(object)).get(0), object)).isTrue();
    }

    @Test
    void a_person_reads_it() throws Exception {
        ObjectNode object = InMemoryApi.object("v1", "ConfigMap", "shop", "web");
        object.putObject("data")
                .put("nginx.conf", "server {\n  listen 80;\n}\n")
                .put("image", "registry.example:5000/web:1.2")
                .put("switch", "on")
                .put("port", "0080")
                .put("time", "12:30:45");
        assertThat(new String(Yaml.write(object), StandardCharsets.UTF_8)).isEqualTo("""
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: web
                  namespace: shop
                data:
                  nginx.conf: |
                    server {
                      listen 80;
                    }
                  image: registry.example:5000/web:1.2
                  switch: "on"
                  port: "0080"
                  time: "12:30:45"
                """);
    }

    @Test
    void what_ends_a_line_elsewhere_is_escaped() throws Exception {
        ObjectNode object = InMemoryApi.object("v1", "ConfigMap", null, "texts");
        object.putObject("data").put("a", "one\u2028two\nthree\u0085four\n\u2029");
        assertThat(new String(Yaml.write(object), StandardCharsets.UTF_8)).contains("one\\Ltwo\\nthree\\Nfour\\n\\P");
        assertThat(Yaml.read(Yaml.write(object))).containsExactly(object);
    }

    @Test
    void documents_follow_one_another() {
        assertThat(Yaml.read("---\na: 1\n---\n# nothing\n---\nb: 2\n".getBytes(StandardCharsets.UTF_8)))
                .hasSize(2);
    }

    /** As kubectl reads what a person writes (YAML 1.1): a mode of 0644 is no 644. */
    @ParameterizedTest
    @CsvSource({"0644,420", "0x1F,31", "0b101,5", "1_000,1000", "-017,-15", "+5,5", "0,0", "00,0", "10,10"})
    void numbers_are_what_they_are_in_yaml(String text, int value) {
        ObjectNode read = Yaml.read(("a: " + text + "\n").getBytes(StandardCharsets.UTF_8))
                .get(0);
        assertThat(read.path("a").isIntegralNumber()).as("%s is %s", text, read).isTrue();
        assertThat(read.path("a").asInt()).isEqualTo(value);
    }

    @Test
    void switches_are_what_they_are_in_yaml() {
        String text = "a: [yes, On, TRUE, no, Off, False, y, n, ~, null, Null, 1e3, .5]\n";
        assertThat(Yaml.read(text.getBytes(StandardCharsets.UTF_8)).get(0).path("a"))
                .hasToString("[true,true,true,false,false,false,\"y\",\"n\",null,null,null,1E+3,0.5]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a: s3cret: b", "[s3cret]", "s3cret", "a: 1\na: 2", "a: &x s3cret\nb: *x", "a: {", "\u0000"})
    void what_is_no_object_is_refused_and_not_repeated(String text) {
        assertThatThrownBy(() -> Yaml.read(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(Yaml.MalformedYamlException.class)
                .hasNoCause()
                .message()
                .doesNotContain("s3cret");
    }
}
