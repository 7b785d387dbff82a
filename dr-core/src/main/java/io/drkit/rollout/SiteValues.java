package io.drkit.rollout;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionInspector;
import io.drkit.encryption.EncryptionRewriter;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.Reading.Verdict;
import io.drkit.encryption.RewriteReport;
import io.drkit.encryption.ValueCipher;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Walk;
import java.util.ArrayList;
import java.util.List;

/**
 * What the kube-apiservers of a site have stored.
 *
 * @param store the site's etcd; not closed
 */
public record SiteValues(KeyStore store, ValueCipher cipher) {

    private static final int SAMPLES = 3;

    /**
     * The addresses of the kube-apiservers that are alive, as each of them keeps its own there by a lease of seconds (its {@code
     * --endpoint-reconciler-type=lease}, the default). A copy of another site's has no lease.
     */
    List<String> apiservers(String registryPrefix) {
        KeyRange leases = KeyRange.folder(registryPrefix + "/masterleases");
        List<String> addresses = new ArrayList<>();
        Walk.through(store, leases, entry -> {
            if (entry.leased()) {
                addresses.add(entry.key().utf8().substring(registryPrefix.length() + "/masterleases/".length()));
            }
        });
        return addresses;
    }

    Inspection inspect(EncryptionConfig config, String registryPrefix) {
        return new EncryptionInspector(store).inspect(new ValueTransformer(config, cipher, registryPrefix));
    }

    /** How two configurations read what is stored, value by value. */
    record Comparison(long unreadableBefore, long lost, List<Bytes> firstLost) {}

    /**
     * Reads everything with both.
     *
     * @return how many values {@code before} does not read, and how many of those that it reads {@code after} does not
     */
    Comparison compare(EncryptionConfig before, EncryptionConfig after, String registryPrefix) {
        ValueTransformer old = new ValueTransformer(before, cipher, registryPrefix);
        ValueTransformer now = new ValueTransformer(after, cipher, registryPrefix);
        long[] counts = new long[2];
        List<Bytes> lost = new ArrayList<>();
        Walk.through(store, KeyRange.folder(registryPrefix), entry -> {
            if (!isRead(old, entry)) {
                counts[0]++;
            } else if (!isRead(now, entry)) {
                counts[1]++;
                if (lost.size() < SAMPLES) {
                    lost.add(entry.key());
                }
            }
        });
        return new Comparison(counts[0], counts[1], lost);
    }

    /** What only a plugin can read counts as read: nobody here can tell. */
    private static boolean isRead(ValueTransformer transformer, KeyValue entry) {
        Verdict verdict =
                transformer.readAsKubeApiserver(entry.key(), entry.value()).verdict();
        return verdict == Verdict.READABLE || verdict == Verdict.NEEDS_PLUGIN;
    }

    /** @throws io.drkit.UnsafeToProceedException when a mirror writes to this site */
    void requireNoMirror(EncryptionConfig config, String registryPrefix) {
        rewriter(config, registryPrefix).requireNoMirror();
    }

    RewriteReport rewrite(EncryptionConfig config, String registryPrefix) {
        return rewriter(config, registryPrefix).rewrite();
    }

    private EncryptionRewriter rewriter(EncryptionConfig config, String registryPrefix) {
        return new EncryptionRewriter(store, new ValueTransformer(config, cipher, registryPrefix));
    }
}
