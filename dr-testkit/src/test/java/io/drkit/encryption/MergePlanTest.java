package io.drkit.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.MergePlan.Action;
import io.drkit.encryption.MergePlan.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two recorded sites, each with another key named key1 for its secrets: what is to be done, in words and in files. */
class MergePlanTest {

    private final EncryptionConfig primary = EncryptionConfigTest.recorded("encryption-config.yaml");
    private final EncryptionConfig standby = EncryptionConfigTest.recorded("encryption-config-standby.yaml");
    private final EncryptionKeyMerger merger = new DefaultEncryptionKeyMerger();
    private final MergePlan plan = merger.plan(primary, standby);

    @TempDir
    private Path temporary;

    @Test
    void the_standby_moves_to_a_fresh_key_that_both_read_and_only_then_gets_the_primarys() {
        assertThat(plan.stages())
                .extracting(Stage::file)
                .containsExactly(
                        "1-standby.yaml", "2-primary.yaml", "3-standby.yaml", "4-standby.yaml", "5-standby.yaml");
        assertThat(plan.stages())
                .extracting(Stage::then)
                .containsExactly(
                        List.of(Action.RESTART, Action.VERIFY),
                        List.of(Action.RESTART, Action.VERIFY),
                        List.of(Action.RESTART, Action.REWRITE, Action.VERIFY),
                        List.of(Action.RESTART, Action.VERIFY),
                        List.of(Action.RESTART, Action.VERIFY));
        assertThat(plan.stages().stream().map(stage -> secrets(stage.config())))
                .containsExactly(
                        "[aescbc[key1, fresh], identity]",
                        "[aescbc[key1, fresh], identity]",
                        "[aescbc[fresh, key1], identity]",
                        "[aescbc[fresh], identity]",
                        "[aescbc[fresh, key1], identity]");
        EncryptionConfig last = plan.stages().get(4).config();
        assertThat(ProviderLists.slots(last.rules().get(0).providers()))
                .containsAll(ProviderLists.slots(primary.rules().get(0).providers()));
        assertThat(last.toString()).contains("[configmaps], providers=[identity, secretbox[box1]]");
    }

    private static String secrets(EncryptionConfig config) {
        return config.rules().get(0).providers().toString().replaceAll("drkit-[0-9a-f]{8}", "fresh");
    }

    @Test
    void each_plan_has_a_key_of_its_own() {
        assertThat(merger.plan(primary, standby).stages().get(0).config())
                .isNotEqualTo(plan.stages().get(0).config());
    }

    @Test
    void says_who_can_read_what_then() {
        assertThat(plan.stages().get(0).reads())
                .containsExactly(
                        "The primary reads all of its own; of the standby's not yet all that is under [aescbc key1, aescbc "
                                + freshName() + "].",
                        "The standby reads all of its own; of the primary's not yet all that is under [aescbc key1].");
        assertThat(plan.stages().get(4).reads())
                .containsExactly(
                        "The primary reads all of its own and all of the standby's.",
                        "The standby reads all of its own and all of the primary's.");
        assertThat(plan.notes())
                .satisfiesExactly(
                        note -> assertThat(note).contains("standby", "unencrypted", "configmaps"),
                        note -> assertThat(note).contains("mirrored", "until the last stage"),
                        note -> assertThat(note).contains("Snapshots", "standby", "aescbc key1"));
    }

    private String freshName() {
        return plan.stages()
                .get(3)
                .config()
                .rules()
                .get(0)
                .providers()
                .get(0)
                .toString()
                .replaceAll(".*\\[|\\].*", "");
    }

    @Test
    void one_file_is_refused_for_them_and_the_plan_is_named() {
        assertThatThrownBy(() -> merger.merge(primary, standby))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("aescbc key1")
                .hasMessageContaining("plan");
    }

    @Test
    void sites_that_read_each_other_need_no_plan() {
        assertThat(merger.plan(primary, primary).stages()).isEmpty();
        assertThat(merger.merge(primary, primary)).isEqualTo(primary);
    }

    @Test
    void plan_json_bears_no_secret() {
        String json = plan.toJson();
        assertThat(json).contains("\"file\" : \"3-standby.yaml\"", "\"rewrite\"", "\"n\" : 5", "\"notes\"");
        for (Stage stage : plan.stages()) {
            for (var slot : DefaultEncryptionKeyMerger.slots(stage.config())) {
                assertThat(json + plan)
                        .doesNotContain(slot.key().base64(), slot.key().secret().utf8());
            }
        }
    }

    @Test
    void a_folder_holds_the_plan_for_its_owner_only() throws IOException {
        Path folder = temporary.resolve("plans/first");
        new PlanFolder(folder).write(plan, primary, standby);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
        try (var files = Files.list(folder)) {
            assertThat(files)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder(
                        "0-primary.yaml",
                        "0-standby.yaml",
                        "1-standby.yaml",
                        "2-primary.yaml",
                        "3-standby.yaml",
                        "4-standby.yaml",
                        "5-standby.yaml",
                        "plan.json");
        for (Stage stage : plan.stages()) {
            assertThat(EncryptionConfig.read(folder.resolve(stage.file()))).isEqualTo(stage.config());
        }
        assertThat(EncryptionConfig.read(folder.resolve("0-standby.yaml"))).isEqualTo(standby);
        assertThat(folder.resolve("plan.json")).hasContent(plan.toJson());
    }

    @Test
    void a_plan_is_not_written_over_and_half_of_one_is() throws IOException {
        Path folder = temporary.resolve("plan");
        PlanFolder plans = new PlanFolder(folder);
        plans.write(plan, primary, standby);
        MergePlan other = merger.plan(primary, standby);
        assertThatThrownBy(() -> plans.write(other, primary, standby))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(folder.toString());
        assertThat(EncryptionConfig.read(folder.resolve("1-standby.yaml")))
                .isEqualTo(plan.stages().get(0).config());

        Files.delete(folder.resolve("plan.json"));
        plans.write(other, primary, standby);
        assertThat(EncryptionConfig.read(folder.resolve("1-standby.yaml")))
                .isEqualTo(other.stages().get(0).config());
        assertThat(folder.resolve("plan.json")).hasContent(other.toJson());
    }
}
