package io.drkit.etcd.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.snapshot.TestSite.Saved;
import io.drkit.keystore.KeyRange;
import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.Snapshot.Sample;
import io.drkit.snapshot.SnapshotProof;
import io.drkit.snapshot.SnapshotProof.Living;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A living site with what a real kube-apiserver stored, and snapshots of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class EtcdSnapshotVerifierTest {

    private final EtcdSnapshotVerifier verifier = new EtcdSnapshotVerifier(Scratches.of(EtcdBinary.installed()));

    @TempDir
    private Path folder;

    private TestSite site;
    private Saved saved;

    @BeforeAll
    void startSite() {
        site = TestSite.start(EtcdServer.builder());
        site.becomePrimary(1);
        site.loadRecorded();
    }

    @BeforeEach
    void takeASnapshot() {
        site.put("/registry/configmaps/ns/changes", "before");
        saved = site.save(folder.resolve("saved"));
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(Scratches.left()).isEmpty();
    }

    @AfterAll
    void stopSite() {
        if (site != null) {
            site.close();
        }
    }

    @Test
    void a_snapshot_is_what_its_manifest_and_the_living_site_say() {
        long keys = site.store().count(KeyRange.ALL);
        site.put("/registry/configmaps/ns/changes", "after");
        site.put("/registry/configmaps/ns/later", "x");
        SnapshotProof proof = verifier.verify(saved.file(), saved.manifest(), Optional.of(site.store()));
        assertThat(proof.differences()).isEmpty();
        assertThat(proof.isSound()).isTrue();
        assertThat(proof.living()).isEqualTo(Living.EQUAL);
        assertThat(proof.revision()).isEqualTo(saved.manifest().revision());
        assertThat(proof.keys()).isEqualTo(keys);
        assertThat(proof.samples()).isEqualTo(saved.manifest().sample().size()).isPositive();
    }

    @Test
    void a_site_that_compacted_since_has_nothing_to_compare_with() {
        site.store().compact(site.put("/registry/configmaps/ns/changes", "after"));
        SnapshotProof proof = verifier.verify(saved.file(), saved.manifest(), Optional.of(site.store()));
        assertThat(proof.isSound()).isTrue();
        assertThat(proof.living()).isEqualTo(Living.COMPACTED);
    }

    @Test
    void another_site_does_not_hold_the_same() {
        try (TestSite other = TestSite.start(EtcdServer.builder())) {
            other.loadRecorded();
            for (int i = 0; i < 5; i++) {
                other.put("/registry/configmaps/ns/other", "x");
            }
            SnapshotProof proof = verifier.verify(saved.file(), saved.manifest(), Optional.of(other.store()));
            assertThat(proof.isSound()).isFalse();
            assertThat(proof.living()).isEqualTo(Living.DIFFERENT);
            assertThat(proof.differences()).isNotEmpty();
        }
    }

    @Test
    void what_differs_from_the_manifest_is_told_and_no_value_is() {
        site.put("/registry/configmaps/ns/changes", "secret");
        Saved next = site.save(folder.resolve("saved"));
        Snapshot one = saved.manifest();
        Sample sample = Samples.of(site.store(), next.manifest().revision()).get(0);
        Snapshot forged = new Snapshot(
                one.name(),
                one.taken(),
                "another",
                one.clusterId(),
                one.member(),
                one.memberId(),
                one.revision(),
                7L,
                one.bytes(),
                one.sha256(),
                true,
                one.etcdVersion(),
                one.kubernetesVersion(),
                List.of(
                        new Sample(sample.key(), sample.modRevision(), one.sha256()),
                        new Sample(sample.key(), sample.modRevision() - 1, sample.sha256()),
                        new Sample("AAAA", 1, one.sha256())));
        SnapshotProof proof = verifier.verify(next.file(), forged);
        assertThat(proof.isSound()).isFalse();
        assertThat(String.join("\n", proof.differences()))
                .contains("SHA-256")
                .contains("not " + one.revision() + ".")
                .contains("not 7.")
                .contains("against its manifest")
                .contains("not of site another")
                .contains("has another value")
                .contains("was last changed in revision")
                .contains("\\x00\\x00\\x00 is not there")
                .doesNotContain("secret");
    }

    @Test
    void a_truncated_file_is_refused() throws IOException {
        byte[] whole = Files.readAllBytes(saved.file());
        Path half = folder.resolve("half.db");
        Files.write(half, Arrays.copyOf(whole, whole.length / 2));
        assertThatThrownBy(() -> verifier.verify(half, saved.manifest())).isInstanceOf(UnsafeToProceedException.class);
        assertThatThrownBy(() -> verifier.describe(half)).isInstanceOf(UnsafeToProceedException.class);
    }

    @Test
    void a_file_without_a_manifest_tells_one_that_proves_it() throws IOException {
        Path alone = folder.resolve("alone.db");
        site.server().snapshotSave(alone);
        Snapshot told = verifier.describe(alone);
        assertThat(told.siteId()).isEqualTo(saved.manifest().siteId());
        assertThat(told.revision()).isEqualTo(saved.manifest().revision());
        assertThat(told.keys()).isEqualTo(saved.manifest().keys());
        assertThat(told.sample()).hasSizeGreaterThan(10);
        assertThat(told.users()).isFalse();
        SnapshotProof proof = verifier.verify(alone, Snapshot.parse(told.toJson(), "told"), Optional.of(site.store()));
        assertThat(proof.differences()).isEmpty();
        assertThat(proof.living()).isEqualTo(Living.EQUAL);
    }
}
