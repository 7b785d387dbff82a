package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.encryption.Algorithm;
import io.drkit.encryption.ValueCipher;
import io.drkit.keystore.Bytes;
import io.drkit.testkit.ValueCipherContract;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The contract, and answers that are known: what a real kube-apiserver stored, and the test that NaCl itself publishes. */
class LocalValueCipherTest extends ValueCipherContract {

    private final ValueCipher cipher = new LocalValueCipher();

    @Override
    protected ValueCipher cipher() {
        return cipher;
    }

    @Test
    void opens_what_kube_apiserver_sealed_with_aes_cbc() {
        for (int team = 1; team <= 4; team++) {
            assertThat(recorded(
                                    "/registry/secrets/team-" + team + "/db",
                                    Algorithm.AESCBC,
                                    "key1",
                                    "0123456789abcdef0123456789abcdef")
                            .utf8())
                    .startsWith("k8s\0")
                    .contains("s3cret-" + team);
        }
    }

    @Test
    void opens_what_kube_apiserver_sealed_with_secretbox() {
        assertThat(recorded(
                                "/registry/configmaps/team-1/kube-root-ca.crt",
                                Algorithm.SECRETBOX,
                                "box1",
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef")
                        .utf8())
                .startsWith("k8s\0")
                .contains("Contains a CA bundle");
    }

    @Test
    void opens_what_kube_apiserver_sealed_with_aes_gcm() {
        Map<Bytes, Bytes> content = RecordedRegistry.read();
        Bytes key = content.keySet().stream()
                .filter(each -> each.startsWith(Bytes.utf8("/registry/example.dr.io/widgets/")))
                .findFirst()
                .orElseThrow();
        assertThat(recorded(key.utf8(), Algorithm.AESGCM, "gcm1", "secret-key-for-aesgcm-32-bytes!!")
                        .utf8())
                .startsWith("{")
                .contains("\"kind\":\"Widget\"");
    }

    private Bytes recorded(String key, Algorithm algorithm, String name, String secret) {
        Bytes stored = Objects.requireNonNull(RecordedRegistry.read().get(Bytes.utf8(key)));
        Bytes label = Bytes.utf8("k8s:enc:" + algorithm.providerName() + ":v1:" + name + ":");
        assertThat(stored).matches(value -> value.startsWith(label));
        return cipher.open(algorithm, Bytes.utf8(secret), stored.dropFirst(label.size()), Bytes.utf8(key))
                .orElseThrow();
    }

    /** {@code tests/secretbox.c} of NaCl. */
    @Test
    void is_nacls_secretbox() {
        HexFormat hex = HexFormat.of();
        byte[] secret = hex.parseHex("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
        byte[] nonce = hex.parseHex("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
        byte[] plaintext = hex.parseHex("be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc"
                + "e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057"
                + "e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864"
                + "5e0705");
        String box = "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a"
                + "c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
                + "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74"
                + "e355a5";
        assertThat(hex.formatHex(Secretbox.seal(secret, nonce, plaintext))).isEqualTo(box);
        Bytes stored = Bytes.wrap(nonce).concat(Bytes.wrap(hex.parseHex(box)));
        assertThat(cipher.open(Algorithm.SECRETBOX, Bytes.wrap(secret), stored, Bytes.EMPTY))
                .contains(Bytes.wrap(plaintext));
    }
}
