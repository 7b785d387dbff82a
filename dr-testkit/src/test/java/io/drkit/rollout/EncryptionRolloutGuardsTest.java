package io.drkit.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.MergePlan.Action;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.testkit.EncryptionFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must hold before anything is touched: each guard bites, says why, and leaves everything as it was. */
class EncryptionRolloutGuardsTest {

    private static final String OLD = EncryptionFiles.with("old", "new");
    private static final RolloutTarget NEW = stage(EncryptionFiles.with("new", "old"), OLD);

    private final FaultySite site = new FaultySite(3, OLD);

    @TempDir
    private Path folder;

    private static RolloutTarget stage(String file, String before, Action... then) {
        return new RolloutTarget(
                "stage 1",
                Bytes.utf8(file),
                EncryptionConfig.parse(file, "new"),
                Optional.of(EncryptionConfig.parse(before, "old")),
                then.length == 0 ? List.of(Action.RESTART, Action.VERIFY) : List.of(then));
    }

    private static RolloutTarget file(String file) {
        return RolloutTarget.of(Bytes.utf8(file), "enc.yaml");
    }

    private RolloutReport run(RolloutTarget target) {
        return run(target, site.servers);
    }

    private RolloutReport run(RolloutTarget target, List<? extends EncryptedApiserver> servers) {
        try (RolloutRecord record = RolloutRecord.open(folder.resolve("rollout.json"))) {
            return EncryptionRollout.of(
                            servers, site.values(), record, RolloutOptions.DEFAULTS.patience(Duration.ZERO), said -> {})
                    .run(target);
        }
    }

    private void refuses(RolloutTarget target, String why) {
        assertThatThrownBy(() -> run(target))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(why);
    }

    @AfterEach
    void nothing_was_touched_where_it_refused() {
        assertThat(site.steps).allMatch(step -> step.endsWith("looked at"));
    }

    @Test
    void every_node_must_answer() {
        site.fault = step -> {
            if (step.server().name().equals("cp-3")) {
                FaultySite.fail(step);
            }
        };
        assertThatThrownBy(() -> run(NEW))
                .isInstanceOf(SiteUnreachableException.class)
                .hasMessageContaining("cp-3");
    }

    @Test
    void every_server_must_be_ready() {
        site.servers.get(2).goDown();
        refuses(NEW, "The kube-apiserver on cp-3 is not ready (down)");
    }

    @Test
    void every_node_must_have_what_the_plan_was_made_from() {
        site.servers.get(1).replaceByHand(EncryptionFiles.with("old", "new", "third"));
        refuses(NEW, "/enc.yaml on cp-2 is neither what the plan was made from");
    }

    @Test
    void a_file_that_is_none_is_not_replaced() {
        site.servers.get(0).replaceByHand("apiVersion: v1\n");
        refuses(NEW, "this is not an EncryptionConfiguration");
    }

    @Test
    void without_a_plan_the_nodes_must_have_the_same() {
        site.servers.get(0).replaceByHand(EncryptionFiles.with("old", "new", "third"));
        refuses(
                file(EncryptionFiles.with("new", "old")),
                "different files, and only one that is the same on all is replaced: cp-1; cp-2, cp-3");
    }

    @Test
    void a_key_does_not_write_before_every_server_reads_it() {
        String unknown = EncryptionFiles.with("unknown", "old");
        refuses(file(unknown), "would not read what one with the new file writes");
    }

    @Test
    void the_key_that_writes_is_not_taken_away() {
        String lacking = EncryptionFiles.with("new");
        refuses(file(lacking), "would not read what those with the file that the nodes have now write");
    }

    @Test
    void all_that_is_stored_must_be_readable_with_both_files() {
        Bytes key = Bytes.utf8("/registry/secrets/ns/alien");
        site.alien.add(key);
        site.store.put(key, Bytes.utf8("k8s:enc:aesgcm:v1:alien:AESGCM 00 sealed"));
        refuses(NEW, "With the file that the nodes have now, 1 of the values");
    }

    @Test
    void a_file_that_reads_less_of_what_is_stored_is_refused() {
        String wide = EncryptionFiles.with("new", "old", "third");
        Bytes key = Bytes.utf8("/registry/secrets/ns/s0");
        Bytes value = new FaultySite(1, EncryptionFiles.with("third"))
                .store
                .content(KeyRange.folder("/registry"))
                .values()
                .iterator()
                .next();
        site.alien.add(key);
        site.store.put(key, value);
        site.servers.forEach(server -> server.replaceByHand(wide));
        refuses(
                file(EncryptionFiles.with("new", "old")),
                "With enc.yaml, kube-apiserver could no longer read 1 of the values");
    }

    @Test
    void a_node_given_twice_is_told() {
        List<EncryptedApiserver> twice = new ArrayList<>(site.servers);
        twice.add(site.servers.get(0));
        assertThatThrownBy(() -> run(NEW, twice)).hasMessageContaining("cp-1 is given twice");
    }

    @Test
    void no_server_that_is_alive_is_left_out_and_none_of_another_site_is_among_them() {
        for (String address : List.of("10.0.0.1", "10.0.0.2", "10.0.0.3")) {
            site.store.putLeased("/registry/masterleases/" + address, "k8s\0x", Duration.ofMinutes(1));
        }
        // A copy, which has no lease.
        site.store.put("/registry/masterleases/10.9.9.9", "k8s\0x");
        assertThatThrownBy(() -> run(NEW, site.servers.subList(0, 2)))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("alive and not among the nodes that were given: 10.0.0.1, 10.0.0.2, 10.0.0.3");
        for (int i = 0; i < 3; i++) {
            site.servers.get(i).address = "10.0.0." + (i + 1);
        }
        assertThatThrownBy(() -> run(NEW, site.servers.subList(0, 2)))
                .hasMessageContaining("alive and not among the nodes that were given: 10.0.0.3");
        site.servers.get(2).address = "10.0.0.4";
        site.store.delete("/registry/masterleases/10.0.0.3");
        refuses(NEW, "cp-3 (10.0.0.4) is not among those that the site's etcd knows");
    }

    @Test
    void nothing_is_rewritten_before_the_nodes_have_the_file() {
        refuses(
                stage(EncryptionFiles.with("new", "old"), OLD, Action.REWRITE, Action.VERIFY),
                "so nothing is rewritten");
    }

    @Test
    void only_looking_tells_what_would_be_done() {
        try (RolloutRecord record = RolloutRecord.open(folder.resolve("rollout.json"))) {
            assertThat(EncryptionRollout.of(
                                    site.servers,
                                    site.values(),
                                    record,
                                    RolloutOptions.DEFAULTS.patience(Duration.ZERO),
                                    said -> {})
                            .check(NEW))
                    .hasSize(3)
                    .allSatisfy(node -> assertThat(node.detail()).isEqualTo("gets /enc.yaml"));
        }
    }

    @Test
    void a_record_is_for_one_process_and_one_rollout_at_a_time() throws IOException {
        Path file = folder.resolve("rollout.json");
        try (RolloutRecord record = RolloutRecord.open(file)) {
            assertThatThrownBy(() -> RolloutRecord.open(file)).hasMessageContaining("Another rollout is at work");
            assertThat(record.isFinished(NEW)).isFalse();
        }
        Files.writeString(file, "{\"title\": 3}");
        assertThatThrownBy(() -> RolloutRecord.open(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a record of a rollout");
        assertThatThrownBy(() -> RolloutRecord.open(folder.resolve("none/rollout.json")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
