package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.encryption.Algorithm;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionConfig.Rule;
import io.drkit.encryption.EncryptionKey;
import io.drkit.encryption.Provider;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.Provider.Local;
import io.drkit.encryption.Reading;
import io.drkit.encryption.Reading.Verdict;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every configuration, object and key, whatever bytes are stored. */
class ValueTransformerPropertiesTest {

    private static final Bytes OBJECT = Bytes.utf8("k8s\0");

    @Property
    void what_is_written_is_read_and_current(
            @ForAll("configs") EncryptionConfig config, @ForAll byte[] object, @ForAll("names") String name) {
        ValueTransformer transformer = Configs.transformer(config);
        Bytes key = Bytes.utf8("/registry/secrets/default/" + name);
        Bytes plaintext = OBJECT.concat(Bytes.copyOf(object));
        Bytes stored = transformer.write(key, plaintext);
        Reading reading = transformer.read(key, stored);
        assertThat(reading.verdict()).isEqualTo(Verdict.READABLE);
        assertThat(reading.plaintext()).isEqualTo(plaintext);
        assertThat(reading.current()).isTrue();
        // First of all, so that nobody can come before it, unless a name goes on where another has its colon.
        assertThat(transformer.readAsKubeApiserver(key, stored)).isEqualTo(reading);
    }

    @Property
    void a_key_added_behind_reads_what_it_wrote_when_it_was_first(
            @ForAll("configs") EncryptionConfig config, @ForAll byte[] object) {
        Rule rule = config.rules().get(0);
        EncryptionKey old = new EncryptionKey("retired", Bytes.utf8("0123456789abcdef"));
        for (Algorithm algorithm : List.of(Algorithm.AESCBC, Algorithm.AESGCM)) {
            List<Provider> providers = new ArrayList<>(rule.providers());
            providers.add(new Local(algorithm, List.of(old)));
            ValueTransformer rotated =
                    Configs.transformer(new EncryptionConfig(List.of(new Rule(rule.resources(), providers))));
            ValueTransformer before = Configs.transformer(Configs.secrets(new Local(algorithm, List.of(old))));
            Bytes key = Bytes.utf8("/registry/secrets/default/a");
            Bytes plaintext = OBJECT.concat(Bytes.copyOf(object));
            assertThat(rotated.readAsKubeApiserver(key, before.write(key, plaintext)))
                    .isEqualTo(new Reading(Verdict.READABLE, algorithm.providerName(), "retired", false, plaintext));
        }
    }

    /** Stored values that are cut, changed, or never were any: an answer, and never an exception. */
    @Property
    void whatever_is_stored_there_is_an_answer_and_it_is_never_a_wrong_one(
            @ForAll("configs") EncryptionConfig config,
            @ForAll byte[] object,
            @ForAll("damage") List<Integer> damage,
            @ForAll boolean cut) {
        ValueTransformer transformer = Configs.transformer(config);
        Bytes key = Bytes.utf8("/registry/secrets/default/a");
        Bytes plaintext = OBJECT.concat(Bytes.utf8("s3cret")).concat(Bytes.copyOf(object));
        byte[] stored = transformer.write(key, plaintext).toByteArray();
        Bytes damaged;
        if (cut) {
            damaged = Bytes.wrap(stored).first(damage.get(0) % stored.length);
        } else {
            damage.forEach(at -> stored[at % stored.length] ^= (byte) (1 << at % 8));
            damaged = Bytes.wrap(stored);
        }
        for (Reading reading : List.of(transformer.read(key, damaged), transformer.readAsKubeApiserver(key, damaged))) {
            boolean answered = reading.verdict() == Verdict.READABLE || reading.verdict() == Verdict.MISREAD;
            assertThat(reading.plaintext() != null).isEqualTo(answered);
            assertThat(reading.toString()).doesNotContain("s3cret");
            if (answered
                    && !reading.provider().equals("identity")
                    && !reading.provider().equals("aescbc")) {
                assertThat(reading.plaintext()).isEqualTo(plaintext);
            }
            if (reading.verdict() == Verdict.READABLE && reading.provider().equals("aescbc")) {
                assertThat(Objects.requireNonNull(reading.plaintext()).startsWith(OBJECT)
                                || reading.plaintext().utf8().startsWith("{"))
                        .isTrue();
            }
        }
        assertThat(transformer.read(key, damaged).verdict()).isNotEqualTo(Verdict.MISREAD);
    }

    @Property
    void any_label_with_anything_behind_it_is_an_answer(
            @ForAll("configs") EncryptionConfig config, @ForAll("labels") String label, @ForAll byte[] behind) {
        ValueTransformer transformer = Configs.transformer(config);
        Bytes key = Bytes.utf8("/registry/secrets/default/a");
        Bytes stored = Bytes.utf8(label).concat(Bytes.copyOf(behind));
        Reading reading = transformer.read(key, stored);
        assertThat(reading.provider().equals("identity")
                        || reading.verdict() == Verdict.UNREADABLE
                        || reading.verdict() == Verdict.NEEDS_PLUGIN)
                .isTrue();
    }

    @Provide
    Arbitrary<EncryptionConfig> configs() {
        Arbitrary<Provider> provider = Arbitraries.oneOf(
                Arbitraries.of(Algorithm.values()).flatMap(this::local), Arbitraries.just(new Identity()));
        Arbitrary<List<Provider>> providers = provider.list().ofMinSize(1).ofMaxSize(4);
        return Combinators.combine(providers, Arbitraries.of("secrets", "*.", "*.*"))
                .as((list, resource) -> new EncryptionConfig(List.of(new Rule(List.of(resource), plugged(list)))));
    }

    /** A plugin at the end: none of the tests' values are its. */
    private static List<Provider> plugged(List<Provider> providers) {
        List<Provider> all = new ArrayList<>(providers);
        all.add(new Kms("v2", "vault", "unix:///run/kms.sock", null, null));
        return all;
    }

    /** Names of one length, so that none begins another. */
    private Arbitrary<Provider> local(Algorithm algorithm) {
        Arbitrary<Bytes> secrets = Arbitraries.of(algorithm.secretSizes())
                .flatMap(size ->
                        Arbitraries.bytes().array(byte[].class).ofSize(size).map(Bytes::copyOf));
        return Combinators.combine(names(), secrets)
                .as(EncryptionKey::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(keys -> new Local(algorithm, keys));
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings().withChars("abcäß:\"' \\-0").ofLength(3);
    }

    @Provide
    Arbitrary<List<Integer>> damage() {
        return Arbitraries.integers().between(0, 10_000).list().ofMinSize(1).ofMaxSize(4);
    }

    @Provide
    Arbitrary<String> labels() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("k8s:enc\0").ofMaxLength(12).map(tail -> "k8s:enc:" + tail),
                Arbitraries.of("k8s:enc:aescbc:v1:", "k8s:enc:kms:v2:vault:", "k8s:enc::::::", "k8s:enc"));
    }
}
