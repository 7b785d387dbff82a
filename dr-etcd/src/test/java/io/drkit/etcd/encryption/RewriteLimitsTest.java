package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionInspector;
import io.drkit.encryption.EncryptionRewriter;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.RewriteReport;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.site.SiteFullException;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Moment;
import io.drkit.testkit.etcd.EtcdServer;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What a site may do to a rewrite: compact, be full, take only small values, hold leases, store elsewhere. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class RewriteLimitsTest {

    private static final EncryptionConfig BEFORE = Configs.secrets(Configs.aescbc(Configs.key("old", 1)));
    private static final EncryptionConfig AFTER =
            Configs.secrets(Configs.aesgcm(Configs.key("new", 2)), Configs.aescbc(Configs.key("old", 1)));

    private EncryptedSite site;

    @BeforeAll
    void startServer() {
        site = EncryptedSite.start();
    }

    @BeforeEach
    void wipe() {
        site.wipe();
    }

    @AfterAll
    void stopServer() {
        site.close();
    }

    @Test
    void goes_on_when_its_revision_is_compacted_away() {
        site.fill(BEFORE, 0, 5_000, "s");
        SortedMap<Bytes, Bytes> truth = site.plaintexts(BEFORE);
        AtomicInteger pages = new AtomicInteger();
        FaultyKeyStore compacted = new FaultyKeyStore(site.store(), (moment, call) -> {
            if (moment == Moment.AFTER && call.equals("range")) {
                pages.incrementAndGet();
                site.put(Bytes.utf8("/elsewhere"), Bytes.EMPTY);
                site.compact();
            }
        });
        ValueTransformer transformer = Configs.transformer(AFTER);
        Inspection before = new EncryptionInspector(compacted).inspect(transformer);
        assertThat(before.readable()).isEqualTo(5_000);
        assertThat(before.stale()).isEqualTo(5_000);
        assertThat(new EncryptionRewriter(compacted, transformer).dryRun().rewritten())
                .isEqualTo(5_000);
        assertThat(site.inspect(AFTER)).extracting(Inspection::stale).isEqualTo(5_000L);
        RewriteReport report = new EncryptionRewriter(compacted, transformer).rewrite();
        assertThat(report.isComplete()).as("%s", report).isTrue();
        assertThat(report.rewritten()).isEqualTo(5_000);
        assertThat(new EncryptionInspector(compacted).inspect(transformer).stale())
                .isZero();
        assertThat(pages).hasValueGreaterThan(20);
        assertThat(site.plaintexts(AFTER).equals(truth)).isTrue();
    }

    @Test
    void a_full_site_is_told_and_the_rewrite_goes_on_once_there_is_space() {
        try (EncryptedSite small = EncryptedSite.start(EtcdServer.builder().quotaBytes(40L << 20))) {
            for (int i = 0; i < 8_000; i += 100) {
                write(small, i);
            }
            SortedMap<Bytes, Bytes> truth = small.plaintexts(BEFORE);
            EncryptionConfig back =
                    Configs.secrets(Configs.aescbc(Configs.key("old", 1)), Configs.aesgcm(Configs.key("new", 2)));
            assertThatThrownBy(() -> {
                        for (EncryptionConfig next : List.of(AFTER, back, AFTER, back)) {
                            small.rewrite(next);
                        }
                    })
                    .isInstanceOf(SiteFullException.class)
                    .hasMessageContaining("goes on where it stopped");
            assertThat(small.plaintexts(AFTER).equals(truth)).isTrue();
            long left = small.inspect(AFTER).stale();
            small.compact();
            small.server().etcdctl("defrag");
            small.server().etcdctl("alarm", "disarm");
            RewriteReport report = small.rewrite(AFTER);
            assertThat(report.isComplete()).as("%s", report).isTrue();
            assertThat(report.rewritten()).isEqualTo(left);
            assertThat(small.plaintexts(AFTER).equals(truth)).isTrue();
        }
    }

    private static void write(EncryptedSite site, int from) {
        ValueTransformer transformer = Configs.transformer(BEFORE);
        Operation[] puts = new Operation[100];
        for (int i = 0; i < puts.length; i++) {
            Bytes key = EncryptedSite.secret(from + i);
            puts[i] = Operation.put(key, transformer.write(key, EncryptedSite.large(from + i)));
        }
        site.commit(List.of(puts));
    }

    @Test
    void leased_values_keep_their_lease_and_are_told() {
        site.fill(BEFORE, 0, 10, "s");
        Bytes key = EncryptedSite.secret("leased");
        Bytes stored = Configs.transformer(BEFORE).write(key, EncryptedSite.object("leased"));
        Lease lease = site.store().grantLease(Duration.ofSeconds(60));
        site.commit(List.of(new Operation.Put(key, stored, lease.id())));
        RewriteReport report = site.rewrite(AFTER);
        assertThat(report.isComplete()).isFalse();
        assertThat(report.rewritten()).isEqualTo(10);
        assertThat(report.leased()).isEqualTo(1);
        assertThat(report.left()).containsExactly(key);
        assertThat(site.stored()).containsEntry(key, stored);
        lease.close();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> !site.stored().containsKey(key));
        assertThat(site.rewrite(AFTER).isComplete()).isTrue();
    }

    @Test
    void a_value_that_is_too_large_now_is_left_and_told_and_the_rest_is_done() {
        try (EncryptedSite narrow = EncryptedSite.start(EtcdServer.builder().flags("--max-request-bytes=100000"))) {
            narrow.fill(BEFORE, 0, 500, "s");
            Bytes key = EncryptedSite.secret("wide");
            // Fits as it is, and would not beside a guard, a nonce and a tag.
            Bytes stored = EncryptedSite.object("x".repeat(99_900));
            narrow.put(key, stored);
            RewriteReport report = narrow.rewrite(AFTER);
            assertThat(report.rewritten()).isEqualTo(500);
            assertThat(report.contended()).isEqualTo(1);
            assertThat(report.left()).containsExactly(key);
            assertThat(narrow.stored()).containsEntry(key, stored);
            assertThat(narrow.inspect(AFTER).isReadable()).isTrue();
            assertThat(narrow.inspect(AFTER).stale()).isEqualTo(1);
        }
    }

    @Test
    void what_no_key_reads_is_left_as_it_is_and_told() {
        site.fill(BEFORE, 0, 10, "s");
        Bytes unknown = EncryptedSite.secret("unknown");
        Bytes plugin = EncryptedSite.secret("z-plugin");
        site.write(Configs.secrets(Configs.aescbc(Configs.key("lost", 9))), unknown, EncryptedSite.object("lost"));
        site.put(plugin, Bytes.utf8("k8s:enc:kms:v2:vault:").concat(Bytes.copyOf((byte) 1, (byte) 2)));
        SortedMap<Bytes, Bytes> before = site.stored();
        RewriteReport report = site.rewrite(AFTER);
        assertThat(report.isComplete()).isFalse();
        assertThat(report.rewritten()).isEqualTo(10);
        assertThat(report.unreadable()).isEqualTo(2);
        assertThat(report.left()).containsExactly(unknown, plugin);
        assertThat(site.stored()).containsEntry(unknown, before.get(unknown)).containsEntry(plugin, before.get(plugin));
        assertThat(site.inspect(AFTER).unreadable()).isEqualTo(2);
    }

    /** AES-CBC has no tag: what is no object could not be told from what a wrong key makes of it, once encrypted, and would be lost. */
    @Test
    void what_is_no_object_is_not_made_unreadable() {
        EncryptionConfig cbc = Configs.secrets(
                Configs.aescbc(Configs.key("new", 2), Configs.key("old", 1)), Configs.aesgcm(Configs.key("gcm", 3)));
        Bytes odd = EncryptedSite.secret("odd");
        Bytes sealed = EncryptedSite.secret("odd-sealed");
        site.fill(BEFORE, 0, 10, "s");
        site.put(odd, Bytes.utf8("no object"));
        site.write(Configs.secrets(Configs.aesgcm(Configs.key("gcm", 3))), sealed, Bytes.utf8("none either"));
        SortedMap<Bytes, Bytes> before = site.stored();
        RewriteReport report = site.rewrite(cbc);
        assertThat(report.rewritten()).isEqualTo(10);
        assertThat(report.unreadable()).isEqualTo(2);
        assertThat(report.left()).containsExactly(odd, sealed);
        assertThat(site.stored()).containsEntry(odd, before.get(odd)).containsEntry(sealed, before.get(sealed));
    }

    @Test
    void only_what_lies_below_the_prefix_is_looked_at() {
        Bytes here = Bytes.utf8("/kubernetes.io/secrets/ns/a");
        Bytes elsewhere = EncryptedSite.secret("b");
        Bytes beside = Bytes.utf8("/kubernetes.iox/secrets/ns/c");
        Bytes plain = EncryptedSite.object("plain");
        List.of(here, elsewhere, beside).forEach(key -> site.put(key, plain));
        ValueTransformer transformer = new ValueTransformer(AFTER, Configs.CIPHER, "/kubernetes.io");
        Inspection inspection = new EncryptionInspector(site.store()).inspect(transformer);
        assertThat(inspection.readable()).isEqualTo(1);
        assertThat(inspection.stale()).isEqualTo(1);
        assertThat(new EncryptionRewriter(site.store(), transformer).rewrite().rewritten())
                .isEqualTo(1);
        assertThat(site.store().read(List.of(elsewhere, beside)).values())
                .allMatch(entry -> entry.value().equals(plain));
        Bytes now = site.stored(here);
        assertThat(transformer.read(here, now).current()).isTrue();
        assertThat(transformer.read(here, now).plaintext()).isEqualTo(plain);
    }
}
