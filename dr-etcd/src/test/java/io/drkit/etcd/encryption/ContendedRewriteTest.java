package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.RewriteReport;
import io.drkit.keystore.Bytes;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A rewrite among kube-apiservers that go on writing, some of them not yet restarted: no update is overwritten, nothing deleted comes back. */
@Timeout(120)
class ContendedRewriteTest {

    private static final int WRITERS = 6;
    private static final int KEYS = 300;
    private static final int REWRITES = 6;

    private final EncryptionConfig before = Configs.secrets(
            Configs.aescbc(Configs.key("old", 1)),
            Configs.aesgcm(Configs.key("new", 2)),
            Configs.secretbox(Configs.key("newer", 3)));
    private final EncryptionConfig after = Configs.secrets(
            Configs.aesgcm(Configs.key("new", 2)),
            Configs.secretbox(Configs.key("newer", 3)),
            Configs.aescbc(Configs.key("old", 1)));
    private final EncryptionConfig later = Configs.secrets(
            Configs.secretbox(Configs.key("newer", 3)),
            Configs.aescbc(Configs.key("old", 1)),
            Configs.aesgcm(Configs.key("new", 2)));

    @Test
    void every_writers_last_word_stands() throws Exception {
        long seed = System.nanoTime();
        try (EncryptedSite site = EncryptedSite.start()) {
            SortedMap<Bytes, Bytes> truth = new ConcurrentSkipListMap<>();
            for (int i = 0; i < WRITERS * KEYS; i++) {
                truth.put(EncryptedSite.secret(i), EncryptedSite.object("first"));
            }
            site.write(before, truth);
            AtomicBoolean writing = new AtomicBoolean(true);
            AtomicLong writes = new AtomicLong();
            ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
            var work = IntStream.range(0, WRITERS)
                    .<Future<?>>mapToObj(i -> writers.submit(() -> {
                        Random random = new Random(seed + i);
                        while (writing.get()) {
                            write(site, truth, i, random);
                            writes.incrementAndGet();
                        }
                    }))
                    .toList();
            long rewritten = 0;
            try {
                for (int i = 0; i < REWRITES; i++) {
                    rewritten += site.rewrite(i % 2 == 0 ? later : after).rewritten();
                }
            } finally {
                writing.set(false);
                writers.shutdown();
            }
            for (Future<?> each : work) {
                each.get(30, TimeUnit.SECONDS);
            }
            assertThat(rewritten).isGreaterThan((long) WRITERS * KEYS);
            assertThat(writes.get()).isGreaterThan(200);
            assertTruth(site, before, truth, seed);
            RewriteReport report = site.rewrite(later);
            assertThat(report.isComplete()).as("%s", report).isTrue();
            assertThat(site.inspect(later).stale()).isZero();
            assertTruth(site, later, truth, seed);
        }
    }

    private static void assertTruth(EncryptedSite site, EncryptionConfig config, Map<Bytes, Bytes> truth, long seed) {
        SortedMap<Bytes, Bytes> stored = site.plaintexts(config);
        assertThat(stored.keySet()).as("seed %s", seed).isEqualTo(truth.keySet());
        assertThat(stored.equals(new TreeMap<>(truth)))
                .as("seed %s: what was acknowledged last", seed)
                .isTrue();
    }

    /** One key, of those that nobody but writer {@code i} writes, without looking at what is there. */
    private void write(EncryptedSite site, Map<Bytes, Bytes> truth, int i, Random random) {
        Bytes key = EncryptedSite.secret(i * KEYS + random.nextInt(KEYS));
        if (random.nextInt(4) == 0) {
            site.delete(key);
            truth.remove(key);
        } else {
            Bytes plaintext = EncryptedSite.object("update " + random.nextLong());
            site.write(random.nextInt(3) == 0 ? after : before, key, plaintext);
            truth.put(key, plaintext);
        }
    }
}
