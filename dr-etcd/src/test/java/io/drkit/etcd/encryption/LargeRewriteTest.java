package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.Transaction.Operation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More values than the heap would hold. */
@Timeout(180)
class LargeRewriteTest {

    private static final int SECRETS = 100_000;

    @Test
    void a_hundred_thousand_secrets_in_96_mebibytes(@TempDir Path folder) throws Exception {
        EncryptionConfig before = Configs.secrets(Configs.secretbox(Configs.key("old", 1)));
        EncryptionConfig after =
                Configs.secrets(Configs.aescbc(Configs.key("new", 2)), Configs.secretbox(Configs.key("old", 1)));
        try (EncryptedSite site = EncryptedSite.start()) {
            fill(site, Configs.transformer(before));
            Process rewrite = RewriteProgram.start(site, after, folder, "96m");
            try {
                assertThat(rewrite.waitFor(120, TimeUnit.SECONDS)).isTrue();
            } finally {
                rewrite.destroyForcibly();
            }
            assertThat(rewrite.exitValue()).as(RewriteProgram.output()).isZero();
            assertAllIsThere(site, Configs.transformer(after));
        }
    }

    private static void fill(EncryptedSite site, ValueTransformer transformer) {
        List<Operation> some = new ArrayList<>();
        for (int i = 0; i < SECRETS; i++) {
            Bytes key = EncryptedSite.secret(i);
            some.add(Operation.put(key, transformer.write(key, EncryptedSite.large(i))));
            if (some.size() == 100) {
                site.commit(some);
                some.clear();
            }
        }
    }

    private static void assertAllIsThere(EncryptedSite site, ValueTransformer transformer) {
        int[] next = new int[1];
        site.each(EncryptedSite.REGISTRY, entry -> {
            Bytes plaintext = EncryptedSite.plaintext(transformer, entry.key(), entry.value());
            if (!entry.key().equals(EncryptedSite.secret(next[0])) || !plaintext.equals(EncryptedSite.large(next[0]))) {
                throw new AssertionError(entry.key().printable());
            }
            next[0]++;
        });
        assertThat(next[0]).isEqualTo(SECRETS);
    }
}
