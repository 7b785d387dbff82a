package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.Level;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.TransformingKeyStore;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;

/** Two sites that encrypt differently, and stores that re-encrypt between them. */
record ReencryptingPair(
        EncryptedSite primary,
        EncryptedSite standby,
        TransformingKeyStore fromPrimary,
        TransformingKeyStore toStandby,
        EncryptionConfig primaryConfig,
        EncryptionConfig standbyConfig)
        implements AutoCloseable {

    static final MirrorScope SCOPE = MirrorScope.all();
    static final Duration SOON = Duration.ofSeconds(30);

    /** The sites with other configurations, or with stores that know of nothing that they saw before. */
    static ReencryptingPair of(
            EncryptedSite primary, EncryptedSite standby, EncryptionConfig primarys, EncryptionConfig standbys) {
        ValueTransformer source = Configs.transformer(primarys);
        ValueTransformer destination = Configs.transformer(standbys);
        return new ReencryptingPair(
                primary,
                standby,
                new TransformingKeyStore(primary.store(), source, destination),
                new TransformingKeyStore(standby.store(), destination, source),
                primarys,
                standbys);
    }

    static MirrorOptions.Builder options() {
        return MirrorOptions.builder().lockTimeToLive(Duration.ofSeconds(2)).maxBackoff(Duration.ofMillis(500));
    }

    MirrorSession mirror() {
        return mirror(fromPrimary, toStandby);
    }

    static MirrorSession mirror(KeyStore from, KeyStore to) {
        return new DefaultKeyMirror(from, to, options().build()).start(SCOPE);
    }

    /** Mirrors until both are level, and stops. */
    long once() throws InterruptedException {
        try (MirrorSession session = mirror()) {
            caughtUp(session);
            return session.status().appliedKeys();
        }
    }

    /** The same without any re-encryption. */
    long onceRaw() throws InterruptedException {
        try (MirrorSession session = mirror(primary.store(), standby.store())) {
            caughtUp(session);
            return session.status().appliedKeys();
        }
    }

    static void caughtUp(MirrorSession session) throws InterruptedException {
        assertThat(session.awaitCaughtUp(SOON))
                .as("caught up: %s", session.status())
                .isTrue();
    }

    DefaultConsistencyChecker checker() {
        return new DefaultConsistencyChecker(fromPrimary, toStandby, CheckerOptions.DEFAULT);
    }

    void assertConsistent() {
        ConsistencyReport report = checker().check(SCOPE, Level.VALUES);
        assertThat(report.isConsistent()).as("%s", report).isTrue();
    }

    /** Each site's kube-apiserver reads all of its own, and it is the same; and it is not stored the same. */
    void assertEachReadsTheSame() {
        SortedMap<Bytes, Bytes> read = standby.plaintexts(standbyConfig);
        assertThat(read.equals(primary.plaintexts(primaryConfig)))
                .as("plaintexts are the same")
                .isTrue();
        SortedMap<Bytes, Bytes> encrypted = new TreeMap<>(primary.stored());
        encrypted.keySet().removeIf(key -> !key.utf8().startsWith("/registry/secrets/"));
        SortedMap<Bytes, Bytes> there = standby.stored();
        assertThat(encrypted)
                .isNotEmpty()
                .allSatisfy((key, stored) -> assertThat(stored).isNotEqualTo(there.get(key)));
        assertThat(standby.inspect(standbyConfig).stale()).isZero();
    }

    @Override
    public void close() {
        primary.close();
        standby.close();
    }
}
