package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A planned move there and back of a platform that has all that can be configured, and whose sites encrypt with keys of their own. */
class WholeMigrationTest {

    private WholePlatform platform;

    @BeforeEach
    void open(@TempDir Path folder) {
        platform = new WholePlatform(folder);
        platform.firstDay();
    }

    @AfterEach
    void close() {
        if (platform != null) {
            platform.close();
        }
    }

    private void assertEncryptedByTheSiteAlone(MachineSite site, MachineSite other) {
        assertThat(site.all().stream()
                        .filter(entry -> entry.key().printable().contains("/team/"))
                        .toList())
                .hasSizeGreaterThanOrEqualTo(6)
                .allMatch(site::isOwn)
                .noneMatch(other::isOwn);
    }

    @Test
    void a_migration_and_the_way_back_lose_nothing_and_leave_each_site_its_own_keys() {
        SortedMap<String, String> before = platform.state();
        assertThat(before)
                .containsEntry("primary replicas", "2")
                .containsEntry("standby replicas", "0")
                .containsEntry("name", "[192.0.2.1]");
        assertEncryptedByTheSiteAlone(platform.primary, platform.standby);
        assertEncryptedByTheSiteAlone(platform.standby, platform.primary);
        platform.primary.put("secrets", "last", "written before the move");
        platform.cluster(platform.primary).files("data").write("last", "written before the move");

        Cli there = platform.run("migrate", "--yes-all");
        assertThat(there.code()).as(there.out() + there.err()).isZero();
        assertThat(there.err()).contains("quiesce: done", "script: done", "restart: done: 1 restarted");
        assertEncryptedByTheSiteAlone(platform.standby, platform.primary);
        assertThat(platform.standby.registry().get("/registry/secrets/team/last"))
                .contains("written before the move");
        assertThat(platform.cluster(platform.standby).files("data").read())
                .containsEntry("last", "written before the move");
        assertThat(platform.state())
                .containsEntry("primary replicas", "0")
                .containsEntry("standby replicas", "2")
                .containsEntry("standby restarted", "true")
                .containsEntry("primary restarted", "false")
                .containsEntry("name", "[198.51.100.1]")
                .containsEntry("script", "[ran for migrate]");
        assertThat(platform.scriptRuns()).hasSize(1);

        platform.standby.put("secrets", "there", "written at the standby");
        platform.cluster(platform.standby).files("media").write("there", "written at the standby");
        Cli back = platform.run("failback", "--yes-all");
        assertThat(back.code()).as(back.out() + back.err()).isZero();
        assertEncryptedByTheSiteAlone(platform.primary, platform.standby);
        assertEncryptedByTheSiteAlone(platform.standby, platform.primary);
        assertThat(platform.primary.registry().get("/registry/secrets/team/there"))
                .contains("written at the standby");
        assertThat(platform.cluster(platform.primary).files("media").read())
                .containsEntry("there", "written at the standby");
        assertThat(platform.state())
                .containsEntry("primary replicas", "2")
                .containsEntry("standby replicas", "0")
                .containsEntry("primary restarted", "true")
                .containsEntry("name", "[192.0.2.1]")
                .containsEntry("primary firewall", before.get("primary firewall"));
        assertThat(platform.scriptRuns()).containsExactly("ran for migrate", "ran for failback");
        // Each site keeps what is its own.
        assertThat(platform.primary.registry())
                .containsKey("/registry/minions/node-primary")
                .doesNotContainKey("/registry/minions/node-standby");
    }
}
