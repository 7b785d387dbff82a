package io.drkit.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.testkit.LocalNode;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** What a node says about itself, against what Java says about this machine. */
class HostFactsTest {

    private final LocalNode node = new LocalNode("local");

    @Test
    void tells_name_kernel_and_room() throws IOException {
        HostFacts facts = HostFacts.of(node, List.of("/", "/no/such/path"), Clock.systemUTC(), Duration.ofSeconds(20));
        assertThat(facts.hostname())
                .isEqualTo(
                        Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
        assertThat(facts.kernel()).isEqualTo(System.getProperty("os.version"));
        assertThat(facts.os()).isNotBlank();
        FileStore root = Files.getFileStore(Path.of("/"));
        assertThat(facts.disks()).singleElement().satisfies(disk -> {
            assertThat(disk.path()).isEqualTo("/");
            assertThat(disk.totalBytes()).isEqualTo(root.getTotalSpace());
            assertThat(disk.freeBytes()).isCloseTo(root.getUsableSpace(), Percentage.withPercentage(10));
        });
        assertThat(facts.clockSkew().abs())
                .isLessThanOrEqualTo(facts.clockUncertainty().plusMillis(1));
    }

    @Test
    void tells_by_how_much_its_clock_is_wrong() {
        Clock behind = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-3));
        HostFacts facts = HostFacts.of(node, List.of(), behind, Duration.ofSeconds(20));
        assertThat(facts.clockSkew().minusMinutes(3).abs())
                .isLessThanOrEqualTo(facts.clockUncertainty().plusMillis(1));
        assertThat(facts.disks()).isEmpty();
    }

    @Test
    void tells_the_versions_of_what_is_installed() {
        // Installed here or not, the node says the same.
        CommandResult etcd =
                node.run(NodeCommand.script("etcd --version | head -n 1").build());
        HostFacts facts = HostFacts.of(node);
        if (etcd.outText().isEmpty()) {
            assertThat(facts.versions()).doesNotContainKey("etcd");
        } else {
            assertThat(facts.versions()).containsEntry("etcd", etcd.outText());
        }
        assertThat(facts.versions()).doesNotContainKey("no-such-program");
    }
}
