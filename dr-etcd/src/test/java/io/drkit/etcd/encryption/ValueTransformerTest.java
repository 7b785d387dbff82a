package io.drkit.etcd.encryption;

import static io.drkit.etcd.encryption.Configs.CIPHER;
import static io.drkit.etcd.encryption.Configs.aescbc;
import static io.drkit.etcd.encryption.Configs.aesgcm;
import static io.drkit.etcd.encryption.Configs.config;
import static io.drkit.etcd.encryption.Configs.key;
import static io.drkit.etcd.encryption.Configs.rule;
import static io.drkit.etcd.encryption.Configs.secretbox;
import static io.drkit.etcd.encryption.Configs.secrets;
import static io.drkit.etcd.encryption.Configs.transformer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionKey;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.Reading;
import io.drkit.encryption.Reading.Verdict;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import io.drkit.quarantine.Quarantine;
import org.junit.jupiter.api.Test;

/** What a configuration makes of stored values. */
class ValueTransformerTest {

    private static final Bytes SECRET = Bytes.utf8("/registry/secrets/default/a");
    private static final Bytes PLAINTEXT = Bytes.utf8("k8s\0an object, and a secret");
    private static final Identity IDENTITY = new Identity();
    private static final Kms PLUGIN = new Kms("v2", "vault", "unix:///run/kms.sock", null, null);

    private static String provider(ValueTransformer transformer, String key) {
        Bytes etcdKey = Bytes.utf8(key);
        Reading reading = transformer.read(etcdKey, transformer.write(etcdKey, PLAINTEXT));
        assertThat(reading.verdict()).isEqualTo(Verdict.READABLE);
        assertThat(reading.current()).isTrue();
        assertThat(reading.plaintext()).isEqualTo(PLAINTEXT);
        return (reading.provider() + " " + reading.keyName()).strip();
    }

    @Test
    void plaintext_is_read_where_identity_is_in_the_list_and_only_there() {
        assertThat(transformer(secrets(aescbc(key("key1", 1)))).read(SECRET, PLAINTEXT))
                .isEqualTo(new Reading(Verdict.READABLE, "identity", "", false, PLAINTEXT));
        assertThat(transformer(config(rule("secrets", aescbc(key("key1", 1)))))
                        .read(SECRET, PLAINTEXT)
                        .verdict())
                .isEqualTo(Verdict.UNREADABLE);
        assertThat(transformer(config(rule("secrets", IDENTITY, aescbc(key("key1", 1)))))
                        .read(SECRET, PLAINTEXT)
                        .current())
                .isTrue();
    }

    @Test
    void an_identity_that_comes_first_takes_nothing_encrypted_for_its_own() {
        EncryptionKey key = key("key1", 1);
        Bytes stored = transformer(secrets(aescbc(key))).write(SECRET, PLAINTEXT);
        Reading reading =
                transformer(config(rule("secrets", IDENTITY, aescbc(key)))).readAsKubeApiserver(SECRET, stored);
        assertThat(reading).isEqualTo(new Reading(Verdict.READABLE, "aescbc", "key1", false, PLAINTEXT));
    }

    @Test
    void what_no_rule_names_is_stored_as_it_is() {
        ValueTransformer transformer = transformer(secrets(aescbc(key("key1", 1))));
        Bytes pod = Bytes.utf8("/registry/pods/default/a");
        assertThat(transformer.write(pod, PLAINTEXT)).isEqualTo(PLAINTEXT);
        Bytes encrypted = transformer.write(SECRET, PLAINTEXT);
        assertThat(transformer.read(pod, encrypted).verdict()).isEqualTo(Verdict.UNREADABLE);
        assertThat(transformer.read(pod, encrypted).keyName()).isEqualTo("key1");
    }

    @Test
    void the_most_specific_rule_decides() {
        ValueTransformer transformer = transformer(config(
                rule("secrets", aescbc(key("exact", 1))),
                rule("*.apps", aesgcm(key("group", 2))),
                rule("*.", secretbox(key("core", 3))),
                rule("*.*", aescbc(key("all", 4)))));
        assertThat(provider(transformer, "/registry/secrets/default/a")).isEqualTo("aescbc exact");
        assertThat(provider(transformer, "/registry/configmaps/default/a")).isEqualTo("secretbox core");
        assertThat(provider(transformer, "/registry/minions/a")).isEqualTo("secretbox core");
        assertThat(provider(transformer, "/registry/deployments/default/a")).isEqualTo("aesgcm group");
        assertThat(provider(transformer, "/registry/jobs/default/a")).isEqualTo("aescbc all");
        assertThat(provider(transformer, "/registry/example.com/widgets/default/a"))
                .isEqualTo("aescbc all");
        assertThat(provider(transformer, "/registry/ingress/default/a")).isEqualTo("aescbc all");
        assertThat(provider(transformer, "/drkit/site")).isEqualTo("identity");
        assertThat(provider(transformer, "compact_rev_key")).isEqualTo("identity");
    }

    @Test
    void several_rules_for_a_resource_are_one_list() {
        EncryptionKey first = key("first", 1);
        EncryptionKey second = key("second", 2);
        ValueTransformer transformer =
                transformer(config(rule("secrets", aescbc(first)), rule("secrets", secretbox(second), IDENTITY)));
        assertThat(provider(transformer, "/registry/secrets/default/a")).isEqualTo("aescbc first");
        Bytes old = transformer(secrets(secretbox(second))).write(SECRET, PLAINTEXT);
        assertThat(transformer.readAsKubeApiserver(SECRET, old))
                .isEqualTo(new Reading(Verdict.READABLE, "secretbox", "second", false, PLAINTEXT));
        assertThat(transformer.read(SECRET, PLAINTEXT).verdict()).isEqualTo(Verdict.READABLE);
    }

    @Test
    void the_second_of_two_keys_of_one_name_is_misread_now_and_then_and_never_strictly() {
        EncryptionKey first = key("key1", 1);
        EncryptionKey second = key("key1", 2);
        ValueTransformer both = transformer(secrets(aescbc(first, second)));
        ValueTransformer writer = transformer(secrets(aescbc(second)));
        int misread = 0;
        for (int i = 0; i < 8_000; i++) {
            Bytes stored = writer.write(SECRET, PLAINTEXT);
            Reading reading = both.readAsKubeApiserver(SECRET, stored);
            if (reading.verdict() == Verdict.MISREAD) {
                misread++;
                assertThat(reading.plaintext()).isNotEqualTo(PLAINTEXT);
            } else {
                assertThat(reading.verdict()).isEqualTo(Verdict.READABLE);
                assertThat(reading.plaintext()).isEqualTo(PLAINTEXT);
            }
            assertThat(reading.current()).isFalse();
            assertThat(both.read(SECRET, stored))
                    .isEqualTo(new Reading(Verdict.READABLE, "aescbc", "key1", false, PLAINTEXT));
        }
        assertThat(misread).as("1 in 256 of 8,000").isBetween(10, 63);
    }

    @Test
    void a_value_that_no_key_of_its_name_decrypts_to_an_object_is_unreadable_strictly() {
        ValueTransformer one = transformer(secrets(aescbc(key("key1", 1))));
        ValueTransformer writer = transformer(secrets(aescbc(key("key1", 2))));
        boolean misread = false;
        for (int i = 0; i < 8_000; i++) {
            Bytes stored = writer.write(SECRET, PLAINTEXT);
            assertThat(one.read(SECRET, stored))
                    .isEqualTo(new Reading(Verdict.UNREADABLE, "aescbc", "key1", false, null));
            misread |= one.readAsKubeApiserver(SECRET, stored).verdict() == Verdict.MISREAD;
        }
        assertThat(misread).isTrue();
    }

    @Test
    void objects_are_protobuf_cbor_or_json_and_nothing_else() {
        EncryptionKey key = key("key1", 1);
        ValueTransformer transformer = transformer(secrets(aescbc(key)));
        Bytes cbor = Bytes.copyOf((byte) 0xd9, (byte) 0xd9, (byte) 0xf7, (byte) 0xa0);
        for (Bytes object : new Bytes[] {PLAINTEXT, cbor, Bytes.utf8("{\"kind\":\"Widget\"}\n"), Bytes.utf8("{}")}) {
            assertThat(transformer
                            .read(SECRET, transformer.write(SECRET, object))
                            .plaintext())
                    .isEqualTo(object);
        }
        for (String other : new String[] {"", "k8s", "{", "{} x", "{\"a\":", "[]", "null", "7", "{\0}"}) {
            Bytes stored = transformer.write(SECRET, Bytes.utf8(other));
            assertThat(transformer.read(SECRET, stored).verdict()).as(other).isEqualTo(Verdict.UNREADABLE);
            assertThat(transformer.readAsKubeApiserver(SECRET, stored).verdict())
                    .as(other)
                    .isEqualTo(Verdict.MISREAD);
        }
    }

    @Test
    void a_plugins_values_need_it_if_it_is_configured_and_are_unreadable_otherwise() {
        Kms v1 = new Kms("v1", "old:vault", "unix:///run/kms1.sock", 10, "3s");
        ValueTransformer plugged = transformer(config(rule("secrets", PLUGIN, v1, IDENTITY)));
        Bytes two = Bytes.utf8("k8s:enc:kms:v2:vault:whatever");
        Bytes one = Bytes.utf8("k8s:enc:kms:v1:old:vault:whatever");
        assertThat(plugged.read(SECRET, two))
                .isEqualTo(new Reading(Verdict.NEEDS_PLUGIN, "kms v2", "vault", true, null));
        assertThat(plugged.read(SECRET, one))
                .isEqualTo(new Reading(Verdict.NEEDS_PLUGIN, "kms v1", "old:vault", false, null));
        for (String stored :
                new String[] {"k8s:enc:kms:v1:vault:x", "k8s:enc:kms:v2:vault2:x", "k8s:enc:kms:v2:vault"}) {
            assertThat(plugged.read(SECRET, Bytes.utf8(stored)).verdict())
                    .as(stored)
                    .isEqualTo(Verdict.UNREADABLE);
        }
        Reading unknown = transformer(secrets(aescbc(key("key1", 1)))).read(SECRET, two);
        assertThat(unknown).isEqualTo(new Reading(Verdict.UNREADABLE, "kms v2", "vault", false, null));
        assertThat(plugged.writesLocally(SECRET)).isFalse();
    }

    @Test
    void where_a_plugin_writes_the_first_local_key_does_it_here_or_nobody() {
        ValueTransformer alone = transformer(config(rule("secrets", PLUGIN, IDENTITY)));
        assertThatThrownBy(() -> alone.write(SECRET, PLAINTEXT))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("/registry/secrets/default/a")
                .hasMessageNotContaining("an object");
        ValueTransformer second = transformer(config(rule("secrets", PLUGIN, aesgcm(key("key1", 1)))));
        assertThat(second.read(SECRET, second.write(SECRET, PLAINTEXT)))
                .isEqualTo(new Reading(Verdict.READABLE, "aesgcm", "key1", false, PLAINTEXT));
    }

    @Test
    void names_may_hold_a_colon_and_begin_another() {
        EncryptionKey shorter = key("a", 1);
        EncryptionKey longer = key("a:b", 2);
        for (int i = 0; i < 1_000; i++) {
            Bytes stored = transformer(secrets(aescbc(longer))).write(SECRET, PLAINTEXT);
            Reading expected = new Reading(Verdict.READABLE, "aescbc", "a:b", false, PLAINTEXT);
            ValueTransformer both = transformer(secrets(aescbc(shorter, longer)));
            assertThat(both.read(SECRET, stored)).isEqualTo(expected);
            assertThat(transformer(secrets(aescbc(shorter)))
                            .read(SECRET, stored)
                            .verdict())
                    .isEqualTo(Verdict.UNREADABLE);
            Bytes box = transformer(secrets(secretbox(longer))).write(SECRET, PLAINTEXT);
            assertThat(transformer(secrets(secretbox(shorter, longer)))
                            .readAsKubeApiserver(SECRET, box)
                            .keyName())
                    .isEqualTo("a:b");
        }
    }

    @Test
    void what_is_set_aside_is_read_and_written_as_what_it_was() {
        ValueTransformer transformer = transformer(secrets(aesgcm(key("key1", 1))));
        Bytes aside = Quarantine.setAside("batch", new KeyValue(SECRET, PLAINTEXT, 1, 1, 1, false))
                .key();
        Bytes stored = transformer.write(aside, PLAINTEXT);
        assertThat(stored).isNotEqualTo(PLAINTEXT);
        assertThat(transformer.read(aside, stored).plaintext()).isEqualTo(PLAINTEXT);
        assertThat(transformer.read(SECRET, stored).plaintext()).isEqualTo(PLAINTEXT);
    }

    @Test
    void the_prefix_may_be_another() {
        for (String prefix : new String[] {"/kubernetes.io", "/kubernetes.io/", "/a/b"}) {
            ValueTransformer transformer = new ValueTransformer(secrets(aescbc(key("key1", 1))), CIPHER, prefix);
            String folder = prefix.endsWith("/") ? prefix : prefix + "/";
            assertThat(provider(transformer, folder + "secrets/default/a")).isEqualTo("aescbc key1");
            assertThat(provider(transformer, folder + "pods/default/a")).isEqualTo("identity");
            assertThat(provider(transformer, "/registry/secrets/default/a")).isEqualTo("identity");
        }
    }
}
