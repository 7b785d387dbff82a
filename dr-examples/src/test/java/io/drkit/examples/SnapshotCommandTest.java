package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drkit snapshot} on a real etcd. */
class SnapshotCommandTest {

    private static EtcdServer etcd;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        etcd = EtcdServer.builder().start();
        etcd.etcdctl("put", "/registry/configmaps/team-1/a", "1");
    }

    @AfterAll
    static void stop() {
        etcd.close();
    }

    private String place() {
        return folder.resolve("snapshots").toString();
    }

    private Cli save(String... more) {
        return drkit(Stream.concat(
                        Stream.of("snapshot", "save", "--at", etcd.endpoint(0), "--in", place(), "--output", "json"),
                        Stream.of(more))
                .toArray(String[]::new));
    }

    private static void assertSentence(Cli result, int code, String... parts) {
        assertThat(result.code()).as(result.err()).isEqualTo(code);
        assertThat(result.err()).contains(parts).doesNotContain("\tat ", "Exception");
    }

    @Test
    void a_snapshot_is_saved_listed_and_dropped_when_newer_ones_are_there() {
        Cli first = save();
        assertThat(first.code()).as(first.err()).isZero();
        String name = first.json().path("saved").path("name").asText();
        assertThat(first.json().path("saved").path("keys").asLong()).isEqualTo(1);
        Cli second = save();
        Cli list = drkit("snapshot", "list", "--in", place());
        assertThat(list.code()).isZero();
        assertThat(list.out()).contains(name + ": revision 2, 1 keys, ").endsWith("Snapshots in " + place() + ": 2\n");
        String[] prune = {
            "snapshot", "prune", "--in", place(), "--keep-last", "1", "--keep-hourly", "0", "--keep-daily", "0"
        };
        Cli dry = drkit(Stream.concat(Stream.of(prune), Stream.of("--dry-run")).toArray(String[]::new));
        assertThat(dry.out()).isEqualTo("Would drop " + name + "\nSnapshots to be dropped: 1\n");
        assertThat(drkit(prune).out()).isEqualTo("Dropped " + name + "\nSnapshots dropped: 1\n");
        assertThat(drkit("snapshot", "list", "--in", place()).out())
                .contains(second.json().path("saved").path("name").asText())
                .doesNotContain(name + ":");
    }

    @Test
    void saving_drops_nothing_unless_it_is_told_what_to_keep() {
        save();
        assertThat(save().json().path("dropped")).isEmpty();
        assertThat(save("--keep-last", "1", "--keep-hourly", "0", "--keep-daily", "0")
                        .json()
                        .path("dropped"))
                .hasSize(2);
    }

    @Test
    void one_is_brought_to_another_host_and_a_host_that_is_down_costs_only_that() throws Exception {
        try (OpenSshServer archive = OpenSshServer.builder().start()) {
            Path config = Files.writeString(folder.resolve("drkit.yaml"), """
                    sites:
                      primary: {endpoints: "%s"}
                    nodes:
                      archive: {hosts: ["127.0.0.1:%d"], user: %s, key: %s, known-hosts: %s}
                    """.formatted(
                    etcd.endpoint(0), archive.port(), archive.user(), archive.clientKey(), archive.knownHosts()));
            String there = "archive:" + folder.resolve("far away");
            Cli saved = save("--config", config.toString(), "--also", there);
            assertThat(saved.code()).as(saved.err() + saved.out()).isZero();
            Cli list = drkit("snapshot", "list", "--in", there, "--config", config.toString(), "--output", "json");
            assertThat(list.json().path("snapshots")).hasSize(1);
            assertThat(list.json().path("snapshots").get(0).path("sha256"))
                    .isEqualTo(saved.json().path("saved").path("sha256"));
            archive.stop();
            Cli half = save("--config", config.toString(), "--also", there);
            assertThat(half.code()).isEqualTo(3);
            assertThat(half.json().path("failures").get(0).asText()).contains("was not brought to", "127.0.0.1");
            assertThat(drkit("snapshot", "list", "--in", place()).out()).endsWith(": 2\n");
        }
    }

    @Test
    void a_snapshot_is_verified_by_a_real_etcd_and_with_the_site_and_another_tools_is_adopted() {
        String name = save().json().path("saved").path("name").asText();
        Cli verified = drkit("snapshot", "verify", name, "--in", place(), "--at", etcd.endpoint(0));
        assertThat(verified.code()).as(verified.err() + verified.out()).isZero();
        assertThat(verified.out()).contains("revision 2, 1 keys; 1 keys of its sample", "holds the same", "In order.");
        Path foreign = folder.resolve("foreign.db");
        etcd.snapshotSave(foreign);
        Cli adopted = drkit("snapshot", "verify", "--in", place(), "--adopt", foreign.toString(), "--output", "json");
        assertThat(adopted.code()).as(adopted.err() + adopted.out()).isZero();
        assertThat(adopted.json().path("sound").asBoolean()).isTrue();
        assertThat(drkit("snapshot", "list", "--in", place()).out()).endsWith(": 2\n");
        assertSentence(drkit("snapshot", "verify", "nothing", "--in", place()), 2, "There is no snapshot nothing");
        assertSentence(
                drkit(
                        "snapshot",
                        "verify",
                        "--in",
                        place(),
                        "--etcd",
                        folder.resolve("none").toString()),
                2,
                "none");
    }

    @Test
    void what_is_not_in_order_is_told() throws IOException {
        String name = save().json().path("saved").path("name").asText();
        Path file = folder.resolve("snapshots").resolve(name).resolve("snapshot.db");
        Files.write(file, new byte[] {1}, StandardOpenOption.APPEND);
        Cli list = drkit("snapshot", "list", "--in", place());
        assertThat(list.code()).isEqualTo(3);
        assertThat(list.out()).contains("NOT IN ORDER: its file has ");
        assertSentence(drkit("snapshot", "verify", name, "--in", place()), 5, "is not in order: its file has ");
    }

    @Test
    void bad_input_is_told_in_a_sentence() throws IOException {
        assertSentence(drkit("snapshot", "save", "--at", etcd.endpoint(0)), 2, "--in");
        assertSentence(drkit("snapshot", "save", "--in", place()), 2, "--at");
        assertSentence(save("--keep-last", "0"), 2, "keeps at least the last");
        assertSentence(save("--also", "archive:/folder"), 2, "--config");
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertSentence(
                drkit(
                        "snapshot",
                        "save",
                        "--at",
                        etcd.endpoint(0),
                        "--in",
                        file.resolve("below").toString()),
                2,
                "Cannot write");
        assertSentence(
                drkit("snapshot", "save", "--at", "http://127.0.0.1:1", "--in", place(), "--deadline", "1s"),
                4,
                "cannot be used");
        assertThat(drkit("snapshot", "list", "--in", place()).out()).isEqualTo("Snapshots in " + place() + ": 0\n");
    }

    @Test
    void which_one_is_restored_has_to_be_beyond_doubt() throws IOException {
        String first = save().json().path("saved").path("name").asText();
        String second = save().json().path("saved").path("name").asText();
        Path manifest = folder.resolve("snapshots/" + second + "/manifest.json");
        String right = Files.readString(manifest);
        for (String[] doubt : new String[][] {
            {right.replaceFirst("\"taken\" : \"20", "\"taken\" : \"30"), "taken later than now"},
            {
                right.replaceFirst("\"taken\" : \"20", "\"taken\" : \"10")
                        .replaceFirst("\"revision\" : \\d+", "\"revision\" : 99"),
                "ends before " + second
            },
            {right.replaceFirst("\"siteId\" : \"", "\"siteId\" : \"another"), "several sites"}
        }) {
            Files.writeString(manifest, doubt[0]);
            Cli seed = drkit(
                    "snapshot",
                    "seed",
                    "--in",
                    place(),
                    "--out",
                    folder.resolve("seeds").toString());
            assertSentence(seed, 5, "is in doubt", doubt[1], "Give its NAME");
        }
        assertThat(first).isNotEqualTo(second);
    }
}
