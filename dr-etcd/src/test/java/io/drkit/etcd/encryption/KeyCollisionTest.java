package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.DefaultEncryptionKeyMerger;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionConfig.Rule;
import io.drkit.encryption.EncryptionKey;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.MergePlan.Action;
import io.drkit.encryption.MergePlan.Side;
import io.drkit.encryption.MergePlan.Stage;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.RewriteReport;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.Transaction.Operation;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Two sites with different keys of one name come to read each other's values, and read their own at every moment of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class KeyCollisionTest {

    private static final int SECRETS = 2_000;

    private final Map<Side, EncryptedSite> sites = new EnumMap<>(Side.class);
    private final Map<Side, EncryptionConfig> installed = new EnumMap<>(Side.class);
    private final Map<Side, SortedMap<Bytes, Bytes>> plaintexts = new EnumMap<>(Side.class);
    private int written;

    @BeforeAll
    void startServers() {
        for (Side side : Side.values()) {
            sites.put(side, EncryptedSite.start());
        }
    }

    @BeforeEach
    void wipe() {
        sites.values().forEach(EncryptedSite::wipe);
    }

    @AfterAll
    void stopServers() {
        sites.values().forEach(EncryptedSite::close);
    }

    @Test
    void two_keys_of_one_name_by_the_recorded_configurations() {
        begin(Configs.recorded("encryption-config.yaml"), Configs.recorded("encryption-config-standby.yaml"));
        site(Side.PRIMARY)
                .commitAll(RecordedRegistry.read().entrySet().stream()
                        .map(entry -> Operation.put(entry.getKey(), entry.getValue()))
                        .toList());
        for (Side side : Side.values()) {
            site(side).fill(config(side), 0, SECRETS, side + " ");
        }
        mergeByStages();
    }

    @Test
    void keys_of_several_names_algorithms_and_rules() {
        EncryptionKey older = Configs.key("key0", 7);
        EncryptionConfig primary = Configs.config(
                Configs.rule("secrets", Configs.aescbc(Configs.key("key1", 1), older), new Identity()),
                Configs.rule("configmaps", Configs.secretbox(Configs.key("box", 2)), new Identity()),
                Configs.rule("*.apps", Configs.aesgcm(Configs.key("gcm", 3)), new Identity()));
        EncryptionConfig standby = Configs.config(
                new Rule(
                        List.of("secrets", "configmaps"),
                        List.of(
                                Configs.aescbc(Configs.key("key1", 11)),
                                Configs.secretbox(Configs.key("box", 12)),
                                new Identity())),
                Configs.rule("*.apps", Configs.aesgcm(Configs.key("gcm", 13)), new Identity()));
        begin(primary, standby);
        for (Side side : Side.values()) {
            site(side).fill(config(side), 0, SECRETS, side + " ");
            site(side).write(config(side), others(SECRETS, side));
        }
        site(Side.PRIMARY).fill(Configs.secrets(Configs.aescbc(older)), SECRETS, 300, "older");
        site(Side.STANDBY).fill(Configs.secrets(Configs.secretbox(Configs.key("box", 12))), SECRETS, 300, "in a box");
        for (Side side : Side.values()) {
            site(side).fill(Configs.secrets(), 2 * SECRETS, 100, "in the open");
        }
        mergeByStages();
    }

    private static Map<Bytes, Bytes> others(int count, Side side) {
        Map<Bytes, Bytes> others = new TreeMap<>();
        for (int i = 0; i < count / 10; i++) {
            others.put(Bytes.utf8("/registry/configmaps/ns/c" + i), EncryptedSite.object(side + " c" + i));
            others.put(Bytes.utf8("/registry/deployments/ns/d" + i), EncryptedSite.object(side + " d" + i));
        }
        return others;
    }

    private void begin(EncryptionConfig primary, EncryptionConfig standby) {
        installed.put(Side.PRIMARY, primary);
        installed.put(Side.STANDBY, standby);
    }

    private void mergeByStages() {
        for (Side side : Side.values()) {
            plaintexts.put(side, site(side).plaintexts(config(side)));
        }
        DefaultEncryptionKeyMerger merger = new DefaultEncryptionKeyMerger();
        assertThatThrownBy(() -> merger.merge(config(Side.PRIMARY), config(Side.STANDBY)))
                .isInstanceOf(UnsafeToProceedException.class);
        List<Stage> stages =
                merger.plan(config(Side.PRIMARY), config(Side.STANDBY)).stages();
        assertThat(stages).extracting(Stage::then).anyMatch(then -> then.contains(Action.REWRITE));
        for (Stage stage : stages) {
            carryOut(stage);
            for (Side side : Side.values()) {
                assertAllIsRead(stage, side);
            }
        }
        for (Side side : Side.values()) {
            assertReadsAll(side, side == Side.PRIMARY ? Side.STANDBY : Side.PRIMARY);
        }
        assertThat(merger.plan(config(Side.PRIMARY), config(Side.STANDBY)).stages())
                .as("nothing is left to do")
                .isEmpty();
    }

    private void carryOut(Stage stage) {
        EncryptionConfig before = config(stage.site());
        for (Action action : stage.then()) {
            if (action == Action.RESTART) {
                assertClean(site(stage.site()).inspect(stage.config()), stage, "before it is installed");
                // While one kube-apiserver after another is restarted, those of either file read what those of the
                // other write.
                write(stage.site(), stage.config());
                assertClean(site(stage.site()).inspect(before), stage, "with the file before it");
                write(stage.site(), before);
                installed.put(stage.site(), stage.config());
            } else if (action == Action.REWRITE) {
                RewriteReport report = site(stage.site()).rewrite(stage.config());
                assertThat(report.isComplete()).as("%s", report).isTrue();
                assertThat(report.rewritten()).isPositive();
                assertThat(site(stage.site()).inspect(stage.config()).stale()).isZero();
            } else {
                assertClean(site(stage.site()).inspect(stage.config()), stage, "verified");
            }
        }
    }

    /** Life goes on: a few more secrets, written as by a kube-apiserver with that file. */
    private void write(Side side, EncryptionConfig config) {
        for (int i = 0; i < 10; i++) {
            Bytes key = EncryptedSite.secret("meanwhile-" + written++);
            Bytes plaintext = EncryptedSite.object("meanwhile " + written);
            site(side).write(config, key, plaintext);
            Objects.requireNonNull(plaintexts.get(side)).put(key, plaintext);
        }
    }

    private void assertAllIsRead(Stage stage, Side side) {
        assertClean(site(side).inspect(config(side)), stage, "then " + side);
        assertThat(site(side).plaintexts(config(side)).equals(plaintexts.get(side)))
                .as("stage %s: the %s's plaintexts are what they were", stage.n(), side)
                .isTrue();
    }

    private void assertReadsAll(Side reader, Side writer) {
        ValueTransformer transformer = Configs.transformer(config(reader));
        SortedMap<Bytes, Bytes> read = new TreeMap<>();
        site(writer)
                .stored()
                .forEach((key, stored) -> read.put(key, EncryptedSite.plaintext(transformer, key, stored)));
        assertThat(read.equals(plaintexts.get(writer)))
                .as("the %s reads all of the %s's", reader, writer)
                .isTrue();
    }

    private static void assertClean(Inspection inspection, Stage stage, String when) {
        assertThat(inspection.isReadable())
                .as("stage %s, %s: %s", stage.n(), when, inspection)
                .isTrue();
        assertThat(inspection.readable()).isGreaterThanOrEqualTo(SECRETS);
    }

    private EncryptedSite site(Side side) {
        return Objects.requireNonNull(sites.get(side));
    }

    private EncryptionConfig config(Side side) {
        return Objects.requireNonNull(installed.get(side));
    }

    @Test
    void two_keys_of_one_name_in_one_list_misread_and_a_rewrite_repairs_all_of_it() {
        EncryptionKey a = Configs.key("key1", 1);
        EncryptionKey b = Configs.key("key1", 2);
        EncryptedSite site = site(Side.PRIMARY);
        site.fill(Configs.secrets(Configs.aescbc(b)), 0, SECRETS, "b");
        site.fill(Configs.secrets(Configs.aescbc(a)), SECRETS, SECRETS, "a");
        SortedMap<Bytes, Bytes> truth = new TreeMap<>();
        for (int i = 0; i < 2 * SECRETS; i++) {
            truth.put(EncryptedSite.secret(i), EncryptedSite.object((i < SECRETS ? "b" : "a") + i));
        }
        long misread = 0;
        for (EncryptionConfig naive :
                List.of(Configs.secrets(Configs.aescbc(a, b)), Configs.secrets(Configs.aescbc(b, a)))) {
            Inspection inspection = site.inspect(naive);
            assertThat(inspection.unreadable()).isZero();
            assertThat(inspection.misread()).as("about one in 256 of 2,000").isLessThan(50);
            misread += inspection.misread();
        }
        assertThat(misread).as("about one in 256 of 4,000").isPositive();
        EncryptionConfig repairing = Configs.secrets(Configs.aescbc(Configs.key("fresh", 3), a, b));
        RewriteReport report = site.rewrite(repairing);
        assertThat(report.isComplete()).as("%s", report).isTrue();
        assertThat(report.rewritten()).isEqualTo(2 * SECRETS);
        assertThat(site.inspect(repairing).isReadable()).isTrue();
        EncryptionConfig fresh = Configs.secrets(Configs.aescbc(Configs.key("fresh", 3)));
        assertThat(site.plaintexts(fresh).equals(truth)).isTrue();
    }
}
