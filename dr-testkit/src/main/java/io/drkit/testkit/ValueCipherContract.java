package io.drkit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.encryption.Algorithm;
import io.drkit.encryption.ValueCipher;
import io.drkit.keystore.Bytes;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ValueCipher} must do. That it does it byte for byte as kube-apiserver does is for known answers to show, which the
 * implementation's test adds. Random input is the same in each run.
 */
public abstract class ValueCipherContract {

    private static final Bytes KEY = Bytes.utf8("/registry/secrets/default/contract");
    private static final Bytes OTHER_KEY = Bytes.utf8("/registry/secrets/default/other");
    private static final List<Algorithm> AUTHENTICATED = List.of(Algorithm.AESGCM, Algorithm.SECRETBOX);
    private static final int BLOCK = 16;

    private final Random random = new Random(4);

    protected abstract ValueCipher cipher();

    private Bytes bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return Bytes.wrap(bytes);
    }

    private Bytes secret(Algorithm algorithm) {
        return bytes(algorithm.secretSizes().get(algorithm.secretSizes().size() - 1));
    }

    private static Bytes flipped(Bytes bytes, int bit) {
        byte[] changed = bytes.toByteArray();
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        return Bytes.wrap(changed);
    }

    @Test
    void opens_what_it_sealed_whatever_the_size() {
        for (Algorithm algorithm : Algorithm.values()) {
            for (int size : algorithm.secretSizes()) {
                Bytes secret = bytes(size);
                for (int length = 0; length < 100; length++) {
                    Bytes plaintext = bytes(length);
                    Bytes sealed = cipher().seal(algorithm, secret, plaintext, KEY);
                    assertThat(cipher().open(algorithm, secret, sealed, KEY))
                            .as("%s %d: %d", algorithm, size, length)
                            .contains(plaintext);
                }
            }
        }
    }

    @Test
    void opens_the_largest_values() {
        Bytes plaintext = bytes(1_500_000);
        for (Algorithm algorithm : Algorithm.values()) {
            Bytes secret = secret(algorithm);
            Bytes sealed = cipher().seal(algorithm, secret, plaintext, KEY);
            assertThat(cipher().open(algorithm, secret, sealed, KEY).orElseThrow())
                    .isEqualTo(plaintext);
        }
    }

    @Test
    void seals_the_same_differently_each_time() {
        for (Algorithm algorithm : Algorithm.values()) {
            Bytes secret = secret(algorithm);
            Set<Bytes> beginnings = new HashSet<>();
            for (int i = 0; i < 1_000; i++) {
                beginnings.add(
                        cipher().seal(algorithm, secret, Bytes.EMPTY, KEY).first(12));
            }
            assertThat(beginnings).as("%s", algorithm).hasSize(1_000);
        }
    }

    @Test
    void an_authenticated_value_opens_with_its_secret_only() {
        for (Algorithm algorithm : AUTHENTICATED) {
            Bytes secret = secret(algorithm);
            Bytes sealed = cipher().seal(algorithm, secret, bytes(50), KEY);
            for (int bit = 0; bit < 8 * secret.size(); bit++) {
                assertThat(cipher().open(algorithm, flipped(secret, bit), sealed, KEY))
                        .isEmpty();
            }
        }
    }

    @Test
    void an_authenticated_value_opens_unchanged_only() {
        for (Algorithm algorithm : AUTHENTICATED) {
            Bytes secret = secret(algorithm);
            Bytes sealed = cipher().seal(algorithm, secret, bytes(50), KEY);
            for (int bit = 0; bit < 8 * sealed.size(); bit++) {
                assertThat(cipher().open(algorithm, secret, flipped(sealed, bit), KEY))
                        .as("%s, bit %d", algorithm, bit)
                        .isEmpty();
            }
            assertThat(cipher().open(algorithm, secret, sealed.concat(bytes(1)), KEY))
                    .isEmpty();
        }
    }

    @Test
    void aes_gcm_is_bound_to_the_key_in_etcd_and_the_others_are_not() {
        for (Algorithm algorithm : Algorithm.values()) {
            Bytes secret = secret(algorithm);
            Bytes plaintext = bytes(50);
            Optional<Bytes> moved =
                    cipher().open(algorithm, secret, cipher().seal(algorithm, secret, plaintext, KEY), OTHER_KEY);
            assertThat(moved)
                    .as("%s", algorithm)
                    .isEqualTo(algorithm == Algorithm.AESGCM ? Optional.empty() : Optional.of(plaintext));
        }
    }

    @Test
    void a_value_cut_anywhere_never_gives_the_plaintext() {
        for (Algorithm algorithm : Algorithm.values()) {
            Bytes secret = secret(algorithm);
            Bytes plaintext = bytes(50);
            Bytes sealed = cipher().seal(algorithm, secret, plaintext, KEY);
            for (int size = 0; size < sealed.size(); size++) {
                Optional<Bytes> opened = cipher().open(algorithm, secret, sealed.first(size), KEY);
                if (algorithm != Algorithm.AESCBC || size % BLOCK != 0 || size < 2 * BLOCK) {
                    assertThat(opened).as("%s, %d bytes", algorithm, size).isEmpty();
                }
                assertThat(opened).isNotEqualTo(Optional.of(plaintext));
            }
        }
    }

    @Test
    void random_bytes_are_no_sealed_value() {
        for (Algorithm algorithm : AUTHENTICATED) {
            for (int i = 0; i < 2_000; i++) {
                assertThat(cipher().open(algorithm, secret(algorithm), bytes(random.nextInt(200)), KEY))
                        .isEmpty();
            }
        }
    }

    /** kube-apiserver refuses a wrong key by its padding alone, and with DrKit one has to be able to foresee what it takes. */
    @Test
    void aes_cbc_takes_a_wrong_secret_about_once_in_256_and_never_for_the_right_plaintext() {
        int tries = 16_000;
        Bytes plaintext = bytes(60);
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            Bytes sealed = sealedCbc(bytes(32), bytes(BLOCK), padded(plaintext, 4));
            Optional<Bytes> opened = cipher().open(Algorithm.AESCBC, bytes(32), sealed, KEY);
            assertThat(opened).isNotEqualTo(Optional.of(plaintext));
            taken += opened.isPresent() ? 1 : 0;
        }
        assertThat(taken).isBetween(tries / 512, tries / 128);
    }

    @Test
    void aes_cbc_takes_padding_of_up_to_255_bytes_as_kube_apiserver_does() {
        Bytes secret = bytes(32);
        for (int padding = 1; padding <= 255; padding++) {
            Bytes plaintext = bytes(2 * BLOCK - padding % BLOCK);
            Bytes sealed = sealedCbc(secret, bytes(BLOCK), padded(plaintext, padding));
            assertThat(cipher().open(Algorithm.AESCBC, secret, sealed, KEY))
                    .as("padding %d", padding)
                    .contains(plaintext);
        }
        Bytes none = sealedCbc(secret, bytes(BLOCK), new byte[2 * BLOCK]);
        assertThat(cipher().open(Algorithm.AESCBC, secret, none, KEY)).isEmpty();
        byte[] tooLong = new byte[BLOCK];
        Arrays.fill(tooLong, (byte) (BLOCK + 1));
        assertThat(cipher().open(Algorithm.AESCBC, secret, sealedCbc(secret, bytes(BLOCK), tooLong), KEY))
                .isEmpty();
        byte[] uneven = padded(bytes(BLOCK - 3), 3);
        uneven[BLOCK - 3] = 4;
        assertThat(cipher().open(Algorithm.AESCBC, secret, sealedCbc(secret, bytes(BLOCK), uneven), KEY))
                .isEmpty();
    }

    @Test
    void serves_many_threads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> rounds = new ArrayList<>();
            List<Bytes> secrets = IntStream.range(0, 8).mapToObj(i -> bytes(32)).toList();
            for (int i = 0; i < 400; i++) {
                Algorithm algorithm = List.of(Algorithm.values()).get(i % 3);
                Bytes secret = secrets.get(i % secrets.size());
                Bytes plaintext = bytes(200 + i);
                rounds.add(threads.submit(
                        () -> cipher().open(algorithm, secret, cipher().seal(algorithm, secret, plaintext, KEY), KEY)
                                .equals(Optional.of(plaintext))));
            }
            for (Future<Boolean> round : rounds) {
                assertThat(round.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static byte[] padded(Bytes plaintext, int padding) {
        byte[] padded = Arrays.copyOf(plaintext.unsafeArray(), plaintext.size() + padding);
        Arrays.fill(padded, plaintext.size(), padded.length, (byte) padding);
        return padded;
    }

    private static Bytes sealedCbc(Bytes secret, Bytes iv, byte[] padded) {
        try {
            Cipher aes = Cipher.getInstance("AES/CBC/NoPadding");
            aes.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(secret.unsafeArray(), "AES"),
                    new IvParameterSpec(iv.unsafeArray()));
            return iv.concat(Bytes.wrap(aes.doFinal(padded)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
