package io.drkit.kubernetes.comparison;

import static io.drkit.comparison.SiteFacts.WITHHELD;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A ConfigMap is compared by field, and what may be a secret is not kept. */
class ConfigMapContentTest {

    @Test
    void yaml_is_told_by_field_and_arguments_by_name_in_both_of_kubeadms_forms() {
        assertThat(of("a", "x: {y: 1, z: [2, 3]}")).isEqualTo(Map.of("a.x.y", "1", "a.x.z[0]", "2", "a.x.z[1]", "3"));
        assertThat(of("a", "extraArgs: [{name: v, value: '4'}]")).isEqualTo(of("a", "extraArgs: {v: '4'}"));
    }

    @Test
    void other_text_is_told_as_a_whole_and_long_text_by_its_hash() {
        assertThat(of("Corefile", ".:53 {\n    errors\n}\n")).containsEntry("Corefile", ".:53 {\n    errors\n}");
        assertThat(of("long", "x ".repeat(2_000)).get("long"))
                .startsWith("sha256:")
                .hasSizeLessThan(120);
    }

    @Test
    void what_may_be_a_secret_is_not_kept() {
        for (String[] secret : new String[][] {
            {"db-password", "hunter2"},
            {"settings", "client: {secret: hunter2}"},
            {"conf.ini", "[db]\npassword = hunter2\n"},
            {"args", "args: ['--token=hunter2']"},
            {"url", "https://drkit:hunter2@registry.example.com"},
            {"ini", "[x]\napi_key = hunter2\n"},
            {"psk", "hunter2"},
            {"settings", "certificateKey: hunter2"},
            {"settings", "passphrase: hunter2"},
            {"settings", "headers: {Authorization: Basic hunter2}"},
            {"text", "curl -H 'Authorization: Bearer hunter2' x"},
            {"key", "-----BEGIN RSA PRIVATE KEY-----\nhunter2"},
        }) {
            assertThat(of(secret[0], secret[1])).as(secret[0]).containsValue(WITHHELD);
            assertThat(of(secret[0], secret[1]).toString()).doesNotContain("hunter2");
        }
    }

    @Test
    void switches_durations_and_files_are_no_secrets() {
        assertThat(of("kubelet", "tokenTTL: 24h0m0s\nrotateSecrets: true\ntokenFile: /var/run/token"))
                .doesNotContainValue(WITHHELD);
    }

    private static Map<String, String> of(String key, String text) {
        return ConfigMapContent.of(new ConfigMapBuilder().addToData(key, text).build());
    }
}
