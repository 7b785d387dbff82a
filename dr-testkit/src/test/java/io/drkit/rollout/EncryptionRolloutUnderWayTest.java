package io.drkit.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.MergePlan.Action;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.rollout.FaultySite.Killed;
import io.drkit.rollout.RolloutReport.Outcome;
import io.drkit.testkit.EncryptionFiles;
import io.drkit.testkit.TransparentCipher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may be done while a rollout has not come to its end, and what it takes on sites that are not well. */
class EncryptionRolloutUnderWayTest {

    private static final String OLD = EncryptionFiles.with("old", "new");
    private static final RolloutTarget NEW = stage(EncryptionFiles.with("new", "old"));

    private final FaultySite site = new FaultySite(3, OLD);

    @TempDir
    private Path folder;

    private RolloutReport run(RolloutTarget target, List<? extends EncryptedApiserver> servers) {
        try (RolloutRecord record = RolloutRecord.open(folder.resolve("rollout.json"))) {
            return EncryptionRollout.of(
                            servers, site.values(), record, RolloutOptions.DEFAULTS.patience(Duration.ZERO), said -> {})
                    .run(target);
        }
    }

    @Test
    void what_is_under_way_is_finished_before_another_and_on_the_same_nodes() throws IOException {
        site.fault = step -> {
            if (step.what().equals("replaced")) {
                throw new Killed();
            }
        };
        assertThatThrownBy(() -> run(NEW, site.servers)).isInstanceOf(Killed.class);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("rollout.json"))))
                .isEqualTo("rw-------");
        site.fault = step -> {};
        RolloutTarget other = stage(EncryptionFiles.with("third", "new", "old"));
        assertThatThrownBy(() -> run(other, site.servers))
                .hasMessageContaining("A rollout of stage 1 has not come to its end");
        assertThatThrownBy(() -> run(NEW, site.servers.subList(0, 2)))
                .hasMessageContaining("was begun on [cp-1, cp-2, cp-3]");
        site.servers.get(2).replaceByHand(EncryptionFiles.with("third", "new", "old"));
        assertThatThrownBy(() -> run(NEW, site.servers))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Another has changed /enc.yaml on cp-3");
        site.servers.get(2).replaceByHand(OLD);
        assertThat(run(NEW, site.servers).outcome()).isEqualTo(Outcome.DONE);
        // When it is over, what was there before is kept no longer.
        assertThat(Files.readString(folder.resolve("rollout.json"))).doesNotContain("memo", "file");
    }

    @Test
    void values_that_nobody_reads_are_accepted_only_when_asked_and_only_if_there_come_no_more() {
        Bytes key = Bytes.utf8("/registry/secrets/ns/alien");
        String alien = EncryptionFiles.with("alien");
        FaultySite elsewhere = new FaultySite(1, alien);
        Bytes value = elsewhere
                .store
                .content(KeyRange.folder("/registry"))
                .values()
                .iterator()
                .next();
        String cure = EncryptionFiles.with("new", "old", "alien");
        site.alien.add(key);
        site.store.put(key, value);
        assertThatThrownBy(() -> run(NEW, site.servers)).isInstanceOf(UnsafeToProceedException.class);
        try (RolloutRecord record = RolloutRecord.open(folder.resolve("rollout.json"))) {
            RolloutReport report = EncryptionRollout.of(
                            site.servers,
                            site.values(),
                            record,
                            RolloutOptions.DEFAULTS.patience(Duration.ZERO).acceptingUnreadable(),
                            said -> {})
                    .run(stage(cure));
            assertThat(report.outcome()).isEqualTo(Outcome.DONE);
            assertThat(report.inspection().orElseThrow().isReadable()).isTrue();
        }
    }

    @Test
    void what_the_servers_can_read_must_remain_readable_also_where_unreadable_values_are_accepted() {
        String cure = EncryptionFiles.with("new", "old", "alien");
        // More are cured than lost, and yet.
        String before = EncryptionFiles.with("old", "new", "lost");
        FaultySite other = new FaultySite(1, before);
        store(other, "alien", "a1", "a2");
        store(other, "lost", "own");
        RolloutTarget target = RolloutTarget.of(Bytes.utf8(cure), "enc.yaml");
        try (RolloutRecord record = RolloutRecord.open(folder.resolve("rollout.json"))) {
            assertThatThrownBy(() -> EncryptionRollout.of(
                                    other.servers,
                                    other.values(),
                                    record,
                                    RolloutOptions.DEFAULTS.acceptingUnreadable(),
                                    said -> {})
                            .run(target))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("could no longer read 1 of the values")
                    .hasMessageContaining("/registry/secrets/ns/own");
        }
    }

    @Test
    void it_is_not_taken_back_silently_when_that_makes_values_unreadable() {
        String wide = EncryptionFiles.with("old", "new", "alien");
        site.fault = step -> {
            if (step.server().name().equals("cp-3") && step.what().equals("started")) {
                throw new Killed();
            }
        };
        assertThatThrownBy(() -> run(stage(wide), site.servers)).isInstanceOf(Killed.class);
        site.fault = step -> {};
        store(site, "alien", "copied");
        // A node that is gone does not hide it.
        site.fault = step -> {
            if (step.server().name().equals("cp-1")) {
                FaultySite.fail(step);
            }
        };
        try (RolloutRecord record = RolloutRecord.open(folder.resolve("rollout.json"))) {
            assertThatThrownBy(() -> EncryptionRollout.of(
                                    site.servers, site.values(), record, RolloutOptions.DEFAULTS, said -> {})
                            .back())
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("1 values that were stored since, for one /registry/secrets/ns/copied");
            site.store.setUnreachable(true);
            assertThatThrownBy(() -> EncryptionRollout.of(
                                    site.servers, site.values(), record, RolloutOptions.DEFAULTS, said -> {})
                            .back())
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("It cannot be told whether");
            site.store.setUnreachable(false);
            site.fault = step -> {};
            RolloutReport back = EncryptionRollout.of(
                            site.servers,
                            site.values(),
                            record,
                            RolloutOptions.DEFAULTS.acceptingUnreadable(),
                            said -> {})
                    .back();
            assertThat(back.outcome()).isEqualTo(Outcome.ROLLED_BACK);
            assertThat(back.why().orElseThrow()).contains("ATTENTION: 1 values");
        }
        site.requireAll(OLD);
    }

    @Test
    void a_server_that_dies_after_it_was_done_is_noticed_before_the_next() {
        site.fault = step -> {
            if (step.server().name().equals("cp-1") && step.what().equals("started") && step.number() < 10) {
                step.server().goDown();
            }
        };
        RolloutReport report = run(NEW, site.servers);
        assertThat(report.outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(report.why().orElseThrow()).contains("The kube-apiserver on cp-1 is not ready");
        assertThat(site.steps).noneMatch(step -> step.equals("cp-2 to be installed"));
        site.requireAll(OLD);
    }

    @Test
    void the_last_server_that_is_ready_is_not_restarted() {
        // Whichever is started with a file that is not the first dies after the next one was done, and does not come up
        // again.
        site.fault = step -> {
            if (step.server().name().equals("cp-3") && step.what().equals("started")) {
                site.servers.get(0).goDown();
                site.servers.get(2).goDown();
            }
            if (step.what().equals("to be restored") && !step.server().name().equals("cp-2")) {
                FaultySite.fail(step);
            }
        };
        RolloutReport report = run(NEW, site.servers);
        assertThat(report.outcome()).isEqualTo(Outcome.UNFINISHED);
        assertThat(report.nodes().get(1).detail()).contains("the only one of the site that is ready");
        assertThat(site.steps).noneMatch(step -> step.equals("cp-2 to be restored"));
        site.fault = step -> {};
        assertThat(run(NEW, site.servers).outcome()).isEqualTo(Outcome.ROLLED_BACK);
        site.requireAll(OLD);
    }

    @Test
    void a_server_that_is_dead_when_it_goes_on_makes_it_go_back() {
        site.fault = step -> {
            if (step.server().name().equals("cp-2") && step.what().equals("to be installed")) {
                site.servers.get(0).goDown();
                throw new Killed();
            }
        };
        assertThatThrownBy(() -> run(NEW, site.servers)).isInstanceOf(Killed.class);
        site.fault = step -> {};
        RolloutReport report = run(NEW, site.servers);
        assertThat(report.outcome()).isEqualTo(Outcome.ROLLED_BACK);
        site.requireAll(OLD);
    }

    @Test
    void nodes_that_are_gone_for_good_are_left_out_when_it_is_taken_back() {
        site.fault = step -> {
            if (step.server().name().equals("cp-3") && step.what().equals("replaced")) {
                throw new Killed();
            }
        };
        assertThatThrownBy(() -> run(NEW, site.servers)).isInstanceOf(Killed.class);
        site.fault = step -> {};
        List<FaultySite.Server> left = site.servers.subList(0, 2);
        try (RolloutRecord record = RolloutRecord.open(folder.resolve("rollout.json"))) {
            RolloutReport back = EncryptionRollout.of(left, site.values(), record, RolloutOptions.DEFAULTS, said -> {})
                    .back();
            assertThat(back.outcome()).isEqualTo(Outcome.ROLLED_BACK);
            assertThat(back.nodes()).extracting(RolloutReport.NodeReport::node).containsExactly("cp-1", "cp-2");
        }
    }

    /** Values under a key of that name, which not everybody need read. */
    private static void store(FaultySite site, String key, String... names) {
        ValueTransformer writer =
                new ValueTransformer(EncryptionConfig.parse(EncryptionFiles.with(key), key), new TransparentCipher());
        for (String name : names) {
            Bytes etcdKey = Bytes.utf8("/registry/secrets/ns/" + name);
            site.alien.add(etcdKey);
            site.store.put(etcdKey, writer.write(etcdKey, Bytes.utf8("k8s\0value")));
        }
    }

    private static RolloutTarget stage(String file) {
        return new RolloutTarget(
                "stage 1",
                Bytes.utf8(file),
                EncryptionConfig.parse(file, "new"),
                Optional.of(EncryptionConfig.parse(OLD, "old")),
                List.of(Action.RESTART, Action.VERIFY));
    }
}
