package io.drkit.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What kube-apiserver's ValidateEncryptionConfiguration refuses is refused, at its place and without a secret. */
class EncryptionConfigRulesTest {

    private static final String BASE64 = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private static final String KEY = "{name: key1, secret: " + BASE64 + "}";

    private static String file(String resources) {
        return "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: " + resources + "\n";
    }

    private static String provider(String provider) {
        return file("[{resources: [secrets], providers: [" + provider + "]}]");
    }

    private static void refused(String text, String because) {
        assertThatThrownBy(() -> EncryptionConfig.parse(text, "the file"))
                .as(text)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the file")
                .hasMessageContaining(because)
                .hasMessageNotContaining(BASE64)
                .hasMessageNotContaining("0123456789abcdef");
    }

    private static void taken(String text) {
        assertThatCode(() -> EncryptionConfig.parse(text, "the file")).as(text).doesNotThrowAnyException();
    }

    @Test
    void there_is_something_of_everything() {
        refused(file("[]"), "resources: at least one");
        refused(file(""), "resources: a list is expected");
        refused(file("[{resources: [], providers: [{identity: {}}]}]"), "resources[0].resources: at least one");
        refused(file("[{resources: [secrets], providers: []}]"), "resources[0].providers: at least one");
        refused(provider("{aescbc: {keys: []}}"), "resources[0].providers[0].aescbc.keys: at least one");
        refused(provider("{secretbox: {}}"), "at least one");
        refused(provider("{}"), "one provider is expected");
        refused(provider("{identity: {}, aescbc: {keys: [" + KEY + "]}}"), "one provider is expected");
        refused(provider("{aescbc: {keys: [{name: key1}]}}"), "secret: it is mandatory");
        refused(provider("{aescbc: {keys: [{name: key1, secret: ''}]}}"), "secret: it is mandatory");
        refused(provider("{aescbc: {keys: [{secret: " + BASE64 + "}]}}"), "name: it is mandatory");
        refused(provider("{aescbc: {keys: [{name: '', secret: " + BASE64 + "}]}}"), "name: it is mandatory");
    }

    @ParameterizedTest
    @CsvSource({
        "aescbc, 16, true", "aescbc, 24, true", "aescbc, 32, true", "aescbc, 15, false", "aescbc, 31, false",
        "aescbc, 33, false", "aescbc, 64, false", "aesgcm, 16, true", "aesgcm, 24, true", "aesgcm, 32, true",
        "aesgcm, 20, false", "secretbox, 32, true", "secretbox, 16, false", "secretbox, 24, false",
                "secretbox, 33, false"
    })
    void a_secret_has_its_length(String kind, int size, boolean right) {
        String secret = Base64.getEncoder().encodeToString(new byte[size]);
        String text = provider("{" + kind + ": {keys: [{name: a, secret: " + secret + "}]}}");
        if (right) {
            taken(text);
        } else {
            refused(text, "a secret of " + size + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MDEyMzQ1Njc4OWFiY2RlZg",
                "MDEyMzQ1Njc4OWFiY2RlZg=",
                "MDEyMzQ1Njc4OWFiY2RlZg===",
                "MDEyMzQ1Njc4OWFiY2Rl_-==",
                "MDEyMzQ1Njc4 OWFiY2RlZg==",
                "s3cret!",
                "===="
            })
    void a_secret_is_standard_base64(String secret) {
        assertThatThrownBy(() -> EncryptionConfig.parse(
                        provider("{aescbc: {keys: [{name: a, secret: '" + secret + "'}]}}"), "the file"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("resources[0].providers[0].aescbc.keys[0].secret")
                .hasMessageNotContaining(secret);
        taken(provider("{aescbc: {keys: [{name: a, secret: \"MDEyMzQ1Njc4OWFi\\nY2RlZg==\\n\"}]}}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[Secrets]",
                "['*']",
                "[apiserveripinfo]",
                "[serviceipallocations]",
                "[servicenodeportallocations]",
                "[events.events.k8s.io]",
                "['*.events.k8s.io']",
                "[ingresses.extensions]",
                "['secrets.*']",
                "[secrets, secrets]",
                "[secrets, '*.']",
                "['*.', secrets]",
                "['*.*', secrets]",
                "[deployments.apps, '*.apps']",
                "['*.apps', '*.*']",
                "['*.*', '*.*']",
                "['']",
                "['.apps']"
            })
    void resources_are_such_as_can_be_encrypted_and_do_not_overlap(String resources) {
        refused(file("[{resources: " + resources + ", providers: [{identity: {}}]}]"), "resources[0].resources");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"*.*|secrets", "*.|secrets", "*.apps|deployments.apps", "*.*|*.apps", "*.*|*.*", "*.|*."})
    void a_rule_after_the_wildcard_that_masks_it_is_refused_and_before_it_is_taken(String wide, String narrow) {
        String rule = "{resources: ['%s'], providers: [{identity: {}}]}";
        refused(
                file("[" + String.format(rule, wide) + ", " + String.format(rule, narrow) + "]"),
                "resources[1].resources: '" + narrow + "' is masked by '" + wide + "'");
        if (!wide.equals(narrow)) {
            taken(file("[" + String.format(rule, narrow) + ", " + String.format(rule, wide) + "]"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apiVersion: v3, name: a, endpoint: 'unix:///a'",
                "apiVersion: v2, name: '', endpoint: 'unix:///a'",
                "apiVersion: v2, endpoint: 'unix:///a'",
                "apiVersion: v2, name: 'a:b', endpoint: 'unix:///a'",
                "apiVersion: v2, name: a",
                "apiVersion: v2, name: a, endpoint: ''",
                "apiVersion: v2, name: a, endpoint: 'tcp://a'",
                "apiVersion: v2, name: a, endpoint: /run/a.sock",
                "apiVersion: v2, name: a, endpoint: 'unix:///a', cachesize: 10",
                "apiVersion: v1, name: a, endpoint: 'unix:///a', cachesize: 0",
                "apiVersion: v1, name: a, endpoint: 'unix:///a', cachesize: x",
                "name: a, endpoint: 'unix:///a', timeout: 0s",
                "name: a, endpoint: 'unix:///a', timeout: -3s",
                "name: a, endpoint: 'unix:///a', timeout: 3",
                "name: a, endpoint: 'unix:///a', timeout: 3 s"
            })
    void a_plugin_is_described_rightly(String kms) {
        refused(provider("{kms: {" + kms + "}}"), "resources[0].providers[0].kms");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name: 'a:b', endpoint: 'unix:///a'",
                "apiVersion: v1, name: a, endpoint: 'unix:///a', cachesize: -1",
                "name: a, endpoint: 'unix:///a', cachesize: 100, timeout: 1m30.5s",
                "apiVersion: v2, name: a, endpoint: 'unix:///a', timeout: 500ms",
                "apiVersion: v2, name: a, endpoint: 'unix:@abstract.sock'"
            })
    void such_plugins_are_taken(String kms) {
        taken(provider("{kms: {" + kms + "}}"));
    }

    @Test
    void a_plugins_name_is_used_once_unless_all_are_v1() {
        String one = "{kms: {apiVersion: v1, name: a, endpoint: 'unix:///a'}}";
        String two = "{kms: {apiVersion: v2, name: a, endpoint: 'unix:///a'}}";
        refused(provider(two + ", " + two), "providers[1].kms.name: it is used twice");
        refused(provider(one + ", " + two), "it is used twice");
        refused(
                file("[{resources: [secrets], providers: [" + two + "]}, {resources: [pods], providers: [" + two
                        + "]}]"),
                "resources[1].providers[0].kms.name: it is used twice");
        taken(provider(one + ", " + one));
    }

    @Test
    void what_would_be_lost_or_misunderstood_is_refused() {
        refused(file("[]") + "extra: 1\n", "unknown field 'extra'");
        refused(provider("{aesCBC: {keys: [" + KEY + "]}}"), "unknown field 'aesCBC'");
        refused(
                provider("{aescbc: {keys: [{name: a, secret: " + BASE64 + ", comment: x}]}}"),
                "unknown field 'comment'");
        refused(provider("{identity: {x: 1}}"), "unknown field 'x'");
        refused(provider("{aescbc: {keys: [{name: 1, secret: " + BASE64 + "}]}}"), "put it in quotes");
        refused(provider("{aescbc: {keys: " + KEY + "}}"), "a list is expected");
        refused(provider("{aescbc: [" + KEY + "]}"), "a mapping is expected");
        refused(file("[]") + "kind: EncryptionConfiguration\n", "not YAML");
        refused(file("[]") + "---\n" + file("[]"), "not YAML");
        refused("", "not an EncryptionConfiguration");
        refused("[]", "not an EncryptionConfiguration");
        refused(file("[]").replace("/v1", "/v2"), "not an EncryptionConfiguration");
        refused(provider("{aescbc: {keys: [" + KEY + ", " + KEY + "]").replace("/v1", "/v1beta1"), "");
    }

    /** Damaged at random: only our exception, or a configuration that is written and read again; and nobody is told a secret. */
    @Test
    void a_damaged_file_is_refused_without_telling_its_secrets() {
        String whole = EncryptionConfigTest.recorded("encryption-config.yaml").toYaml();
        List<String> secrets = new ArrayList<>();
        EncryptionConfigTest.recorded("encryption-config.yaml")
                .rules()
                .forEach(rule -> ProviderLists.slots(rule.providers()).forEach(slot -> {
                    secrets.add(slot.key().base64().substring(4, 20));
                    secrets.add(slot.key().secret().utf8().substring(2, 14));
                }));
        assertThat(secrets).hasSize(6);
        Random random = new Random(4);
        int taken = 0;
        for (int i = 0; i < 5_000; i++) {
            String damaged = damaged(whole, random);
            try {
                EncryptionConfig config = EncryptionConfig.parse(damaged, "the file");
                assertThat(EncryptionConfig.parse(config.toYaml(), "again")).isEqualTo(config);
                assertThat(config.toString()).doesNotContain(secrets);
                taken++;
            } catch (IllegalArgumentException e) {
                for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                    assertThat(cause.toString()).doesNotContain(secrets);
                }
            }
        }
        assertThat(taken).isBetween(50, 4_900);
    }

    private static String damaged(String whole, Random random) {
        StringBuilder text = new StringBuilder(whole);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(5)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, "\":{}[]#&*!|>'%@`\t\n- =\0é".charAt(random.nextInt(23)));
                case 2 -> text.setCharAt(at, (char) random.nextInt(128));
                case 3 -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(60))));
                default -> text.delete(at, Math.min(text.length(), at + random.nextInt(60)));
            }
        }
        return text.toString();
    }
}
