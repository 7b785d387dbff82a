package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.encryption.Reading;
import io.drkit.encryption.Reading.Verdict;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.Bytes;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** All that a real kube-apiserver stored is read, with its configuration and with that of the other site. */
class RecordedValuesTest {

    private final Map<Bytes, Bytes> stored = RecordedRegistry.read();
    private final ValueTransformer transformer = Configs.transformer(Configs.recorded("encryption-config.yaml"));

    @Test
    void all_are_readable_and_current_in_both_modes() {
        Map<String, Integer> counts = new TreeMap<>();
        stored.forEach((key, value) -> {
            Reading reading = transformer.readAsKubeApiserver(key, value);
            assertThat(reading.verdict()).as(key.printable()).isEqualTo(Verdict.READABLE);
            assertThat(reading.current()).as(key.printable()).isTrue();
            assertThat(transformer.read(key, value)).isEqualTo(reading);
            counts.merge(reading.provider() + " " + reading.keyName(), 1, Integer::sum);
        });
        assertThat(counts)
                .containsEntry("aescbc key1", count("/registry/secrets/"))
                .containsEntry("secretbox box1", count("/registry/configmaps/"))
                .containsEntry("aesgcm gcm1", count("/registry/example.dr.io/widgets/"))
                .containsOnlyKeys("aescbc key1", "secretbox box1", "aesgcm gcm1", "identity ");
    }

    @Test
    void each_team_has_its_password() {
        for (int team = 1; team <= 4; team++) {
            Bytes key = Bytes.utf8("/registry/secrets/team-" + team + "/db");
            Bytes plaintext = transformer.read(key, stored(key)).plaintext();
            assertThat(Objects.requireNonNull(plaintext).utf8())
                    .startsWith("k8s\0")
                    .contains("s3cret-" + team);
        }
    }

    @Test
    void what_is_read_and_written_again_is_read_again() {
        stored.forEach((key, value) -> {
            Bytes plaintext =
                    Objects.requireNonNull(transformer.read(key, value).plaintext());
            Bytes again = transformer.write(key, plaintext);
            Reading reading = transformer.readAsKubeApiserver(key, again);
            assertThat(reading.plaintext()).isEqualTo(plaintext);
            assertThat(reading.current()).isTrue();
            assertThat(again.equals(value))
                    .as(key.printable())
                    .isEqualTo(reading.provider().equals("identity"));
        });
    }

    @Test
    void the_other_site_cannot_read_what_it_has_no_key_for() {
        ValueTransformer standby = Configs.transformer(Configs.recorded("encryption-config-standby.yaml"));
        stored.forEach((key, value) -> {
            Reading reading = standby.read(key, value);
            boolean plain = !value.startsWith(Bytes.utf8("k8s:enc:"));
            assertThat(reading.verdict()).isEqualTo(plain ? Verdict.READABLE : Verdict.UNREADABLE);
            if (key.startsWith(Bytes.utf8("/registry/configmaps/"))) {
                assertThat(reading.provider() + " " + reading.keyName()).isEqualTo("secretbox box1");
            }
        });
    }

    @Test
    void aes_gcm_values_are_readable_under_their_own_key_only() {
        stored.forEach((key, value) -> {
            if (value.startsWith(Bytes.utf8("k8s:enc:aesgcm:"))) {
                Bytes moved = key.concat(Bytes.utf8("-moved"));
                assertThat(transformer.read(moved, value).verdict()).isEqualTo(Verdict.UNREADABLE);
            }
        });
    }

    private Bytes stored(Bytes key) {
        return Objects.requireNonNull(stored.get(key));
    }

    private int count(String prefix) {
        return (int) stored.keySet().stream()
                .filter(key -> key.startsWith(Bytes.utf8(prefix)))
                .count();
    }
}
