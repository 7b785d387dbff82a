package io.drkit.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same key, in each form that openssl writes, is the same key. */
class PemFilesTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void needsOpenssl() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is absent");
    }

    @Test
    void reads_pkcs1_as_kubeadm_writes_it() throws Exception {
        Path pkcs1 = openssl("pkcs1", "genrsa", "-traditional");
        Path pkcs8 = openssl("pkcs8", "pkey", "-in", pkcs1.toString());
        assertThat(Files.readString(pkcs1)).contains("BEGIN RSA PRIVATE KEY");
        assertThat(PemFiles.key(pkcs1)).isEqualTo(PemFiles.key(pkcs8));
    }

    @Test
    void reads_elliptic_curve_keys_of_both_forms() throws Exception {
        for (String curve : List.of("prime256v1", "secp384r1", "secp521r1")) {
            Path sec1 = openssl("sec1", "ecparam", "-genkey", "-name", curve);
            Path pkcs8 = openssl("pkcs8", "pkey", "-in", sec1.toString());
            assertThat(Files.readString(sec1)).contains("BEGIN EC PRIVATE KEY");
            // The encodings differ: SEC1 repeats the curve inside.
            ECPrivateKey read = (ECPrivateKey) PemFiles.key(sec1);
            ECPrivateKey expected = (ECPrivateKey) PemFiles.key(pkcs8);
            assertThat(read.getS()).isEqualTo(expected.getS());
            assertThat(read.getParams()).isEqualTo(expected.getParams());
        }
    }

    @Test
    void says_nothing_of_a_key_it_cannot_read() throws Exception {
        Path broken = Files.writeString(
                folder.resolve("broken"), "-----BEGIN PRIVATE KEY-----\nc2VzYW1l\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> PemFiles.key(broken))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not hold an unencrypted PEM private key")
                .hasMessageNotContaining("c2VzYW1l")
                .hasNoCause();
    }

    private Path openssl(String file, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/openssl"));
        command.addAll(Arrays.asList(arguments));
        Path out = folder.resolve(file);
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor()).isZero();
        return out;
    }
}
