package io.drkit.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.MergePlan.Action;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.rollout.FaultySite.Killed;
import io.drkit.rollout.RolloutReport.Outcome;
import io.drkit.testkit.EncryptionFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
            return EncryptionRollout.of(servers, site.values(), record, said -> {})
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
                .hasMessageContaining("another has changed /enc.yaml");
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
        site.alien = Optional.of(key);
        site.store.put(key, value);
        assertThatThrownBy(() -> run(NEW, site.servers)).isInstanceOf(UnsafeToProceedException.class);
        try (RolloutRecord record = RolloutRecord.open(folder.resolve("rollout.json"))) {
            RolloutReport report = EncryptionRollout.of(site.servers, site.values(), record, said -> {})
                    .acceptingUnreadable()
                    .run(stage(cure));
            assertThat(report.outcome()).isEqualTo(Outcome.DONE);
            assertThat(report.inspection().orElseThrow().isReadable()).isTrue();
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
