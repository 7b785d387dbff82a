package io.drkit.examples;

import static io.drkit.examples.Cli.drkit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.examples.demo.DrKitProcess;
import io.drkit.testkit.EncryptionFiles;
import io.drkit.testkit.controlplane.ControlPlaneNode;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drkit encryption rollout} on real OpenSSH servers and etcds, with stand-ins for kubelet and kube-apiserver. */
class EncryptionRolloutTest {

    /** Both sites call their key {@code key1}, and it is not the same. */
    private static final String PRIMARY = EncryptionFiles.with("key1");

    private static final String STANDBY = PRIMARY.replace(secret(PRIMARY), secret(EncryptionFiles.with("other")));

    private static final String OLD = EncryptionFiles.with("old");
    private static final String BOTH = EncryptionFiles.with("old", "new");

    @TempDir
    private Path folder;

    @BeforeAll
    static void prepare() {
        assumeTrue(
                OpenSshServer.canBeSetApart(), "needs root, sudo and namespaces: for nodes with an /etc of their own");
    }

    private static String secret(String file) {
        return file.replaceAll("(?s).*secret: \"([^\"]+)\".*", "$1");
    }

    private static Cli run(ControlPlaneLab lab, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("encryption"));
        all.addAll(Arrays.asList(arguments));
        all.addAll(List.of("--config", lab.config()));
        if (arguments[0].equals("rollout")) {
            all.addAll(List.of("--steady", "300ms"));
        }
        return drkit(all.toArray(String[]::new));
    }

    private String write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    @Test
    void a_plan_comes_to_every_node_of_both_sites_and_nobody_sees_a_secret() throws IOException {
        try (ControlPlaneLab lab = new ControlPlaneLab(folder, PRIMARY, STANDBY, 2, 300)) {
            String primary = folder.resolve("primary.yaml").toString();
            String standby = folder.resolve("standby.yaml").toString();
            assertThat(run(lab, "fetch", "--at", "primary", "--out", primary).code())
                    .isZero();
            assertThat(run(lab, "fetch", "--at", "standby", "--out", standby).code())
                    .isZero();
            assertThat(Files.readString(Path.of(standby))).isEqualTo(STANDBY);
            String plan = folder.resolve("plan").toString();
            JsonNode stages = drkit("encryption", "plan", primary, standby, "--out-dir", plan, "--output", "json")
                    .json()
                    .path("stages");
            assertThat(stages.size()).isGreaterThan(3);

            Cli dry = run(lab, "rollout", plan, "--dry-run");
            assertThat(dry.code()).as(dry.err()).isZero();
            assertThat(dry.out()).contains("could be done").contains("gets " + ControlPlaneNode.FILE);
            assertThat(lab.standby()).allSatisfy(node -> assertThat(node.file()).isEqualTo(STANDBY));

            Cli first = run(lab, "rollout", plan, "--to-stage", "1");
            assertThat(first.code()).as(first.out() + first.err()).isZero();
            assertThat(first.out()).contains("restarted; the old file is /etc/kubernetes/enc/.enc.yaml.drkit-");
            try (Onlooker onlooker = new Onlooker(folder)) {
                Cli rest = run(lab, "rollout", plan, "--output", "json");
                assertThat(rest.code()).as(rest.out() + rest.err()).isZero();
                assertThat(rest.json().path("rollouts")).hasSize(stages.size() - 1);
                for (String bearer :
                        List.of(PRIMARY, STANDBY, lab.standby().get(0).file())) {
                    assertThat(rest.out() + rest.err()).doesNotContain(secret(bearer));
                    assertThat(onlooker.seen()).isNotEmpty().noneMatch(seen -> seen.contains(secret(bearer)));
                }
                assertThat(onlooker.seen()).anyMatch(seen -> seen.contains("drkit-new-"));
            }
            requireLoaded(lab.primary(), Path.of(plan, last(stages, "primary")));
            requireLoaded(lab.standby(), Path.of(plan, last(stages, "standby")));
            for (String site : List.of("primary", "standby")) {
                String file = Path.of(plan, last(stages, site)).toString();
                assertThat(drkit(
                                        "encryption",
                                        "inspect",
                                        "--at",
                                        lab.etcd(site).endpoint(0),
                                        "--encryption-config",
                                        file)
                                .code())
                        .isZero();
            }
            int starts = lab.standby().get(0).starts();
            Cli again = run(lab, "rollout", plan);
            assertThat(again.code()).isZero();
            assertThat(again.out()).contains("had it already");
            assertThat(run(lab, "rollout", plan, "--back").code())
                    .as("nothing is under way")
                    .isEqualTo(5);
            assertThat(lab.standby().get(0).starts()).isEqualTo(starts);
            try (Stream<Path> files = Files.list(Path.of(plan))) {
                assertThat(files)
                        .allSatisfy(
                                file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                                        .isEqualTo("rw-------"));
            }
        }
    }

    private static String last(JsonNode stages, String site) {
        String file = "";
        for (JsonNode stage : stages) {
            if (stage.path("site").asText().equals(site)) {
                file = stage.path("file").asText();
            }
        }
        return file;
    }

    private static void requireLoaded(List<ControlPlaneNode> nodes, Path file) throws IOException {
        String expected = Files.readString(file);
        for (ControlPlaneNode node : nodes) {
            assertThat(node.file()).isEqualTo(expected);
            assertThat(node.loaded()).isEqualTo(expected);
        }
    }

    @Test
    void a_failure_on_the_second_node_leaves_all_three_as_they_were() throws IOException {
        try (ControlPlaneLab lab = new ControlPlaneLab(folder, OLD, OLD, 3, 100)) {
            List<String> manifests =
                    lab.standby().stream().map(ControlPlaneNode::manifest).toList();
            String file = write("both.yaml", BOTH);
            String record = folder.resolve("record.json").toString();
            String[] arguments = {
                "rollout", file, "--at", "standby", "--record", record, "--ready-timeout", "20s", "--output", "json"
            };
            lab.standby().get(1).notReadyWith("new");
            Cli failed = run(lab, arguments);
            assertThat(failed.code()).as(failed.out() + failed.err()).isEqualTo(3);
            JsonNode rollout = failed.json().path("rollouts").get(0);
            assertThat(rollout.path("outcome").asText()).isEqualTo("put back");
            assertThat(rollout.path("why").asText()).contains("is not ready after 20 s", "[-]etcd failed");
            assertThat(rollout.path("nodes").findValuesAsText("state"))
                    .containsExactly("RESTORED", "RESTORED", "UNTOUCHED");
            for (int i = 0; i < 3; i++) {
                ControlPlaneNode node = lab.standby().get(i);
                assertThat(node.file()).isEqualTo(OLD);
                assertThat(node.loaded()).isEqualTo(OLD);
                assertThat(node.manifest()).isEqualTo(manifests.get(i));
            }
            assertThat(lab.standby().get(2).starts()).isEqualTo(1);
            assertThat(Path.of(record)).doesNotExist();

            lab.standby().get(1).notReadyWith("nothing");
            assertThat(run(lab, arguments).code()).isZero();
            assertThat(lab.standby())
                    .allSatisfy(node -> assertThat(node.loaded()).isEqualTo(BOTH));
        }
    }

    @Test
    void killed_at_any_moment_the_same_command_goes_on_or_back() throws IOException, InterruptedException {
        try (ControlPlaneLab lab = new ControlPlaneLab(folder, OLD, OLD, 2, 100)) {
            String record = folder.resolve("record.json").toString();
            String[] arguments = {
                "rollout",
                write("both.yaml", BOTH),
                "--at",
                "standby",
                "--config",
                lab.config(),
                "--steady",
                "300ms",
                "--record",
                record
            };
            int kills = 0;
            // Ever later by half, so that a slow machine has not many more of them to live through.
            for (int millis = 1_500; ; millis += millis / 2) {
                try (DrKitProcess process = DrKitProcess.start("encryption", arguments)) {
                    if (process.isEndedWithin(millis)) {
                        assertThat(process.awaitExit(1)).as(process.log()).isZero();
                        break;
                    }
                    process.kill();
                }
                kills++;
                for (ControlPlaneNode node : lab.standby()) {
                    assertThat(node.file()).isIn(OLD, BOTH);
                }
            }
            assertThat(kills).isPositive();
            assertThat(lab.standby())
                    .allSatisfy(node -> assertThat(node.loaded()).isEqualTo(BOTH));

            String third = write("third.yaml", EncryptionFiles.with("old", "new", "third"));
            arguments[1] = third;
            try (DrKitProcess process = DrKitProcess.start("encryption", arguments)) {
                await().atMost(Duration.ofSeconds(60)).until(() -> process.log().contains("restarted, ready"));
                process.kill();
            }
            Cli back = run(lab, "rollout", third, "--at", "standby", "--record", record, "--back");
            assertThat(back.code()).as(back.out() + back.err()).isEqualTo(3);
            assertThat(lab.standby()).allSatisfy(node -> {
                assertThat(node.file()).isEqualTo(BOTH);
                assertThat(node.loaded()).isEqualTo(BOTH);
            });
        }
    }

    @Test
    void bad_input_is_told_and_nothing_is_touched() throws IOException {
        try (ControlPlaneLab lab = new ControlPlaneLab(folder, OLD, OLD, 3, 10)) {
            String file = write("both.yaml", BOTH);
            String record = folder.resolve("record.json").toString();
            assertThat(drkit("encryption", "rollout", file, "--at", "standby", "--record", record)
                            .err())
                    .contains("Missing required option '--config'");
            assertThat(run(lab, "rollout", file).err()).contains("Missing required option '--at'");
            Cli noPlan = run(lab, "rollout", folder.toString());
            assertThat(noPlan.code()).isEqualTo(2);
            assertThat(noPlan.err()).contains("Cannot read " + folder.resolve("plan.json"));
            Cli malformed = run(lab, "rollout", write("bad.yaml", "kind: ["), "--at", "standby", "--record", record);
            assertThat(malformed.code()).isEqualTo(2);
            Cli elsewhere = run(lab, "rollout", file, "--at", "moon", "--record", record);
            assertThat(elsewhere.code()).isEqualTo(2);
            assertThat(elsewhere.err()).contains("No nodes of 'moon'");

            // The key that writes is one that the others do not have.
            Cli unsafe = run(
                    lab,
                    "rollout",
                    write("new.yaml", EncryptionFiles.with("new", "old")),
                    "--at",
                    "standby",
                    "--record",
                    record);
            assertThat(unsafe.code()).isEqualTo(5);
            assertThat(unsafe.err()).contains("cannot be rolled out node by node");

            // The two sides swapped: these nodes with that etcd.
            ControlPlaneLab.store(lab.etcd("standby"), EncryptionFiles.with("alien"), 3);
            Cli swapped = run(lab, "rollout", file, "--at", "standby", "--record", record);
            assertThat(swapped.code()).isEqualTo(5);
            assertThat(swapped.err()).contains("3 of the values", "are they this site's nodes and etcd?");

            lab.standby().get(2).ssh().stop();
            Cli unreachable = run(lab, "rollout", file, "--at", "standby", "--record", record);
            assertThat(unreachable.code()).isEqualTo(4);
            lab.etcd("primary").close();
            Cli noEtcd = run(lab, "rollout", file, "--at", "primary", "--record", record, "--deadline", "2s");
            assertThat(noEtcd.code()).isEqualTo(4);
            assertThat(Stream.concat(
                            lab.primary().stream(), lab.standby().stream().limit(2)))
                    .allSatisfy(node -> {
                        assertThat(node.file()).isEqualTo(OLD);
                        assertThat(node.starts()).isEqualTo(1);
                    });
            assertThat(Path.of(record)).doesNotExist();
        }
    }

    @Test
    void fresh_nodes_get_the_file_or_none_does() throws IOException {
        try (OpenSshServer one = OpenSshServer.builder().hostname("f-1").start();
                OpenSshServer two = OpenSshServer.builder().hostname("f-2").start()) {
            two.authorize(Files.readString(Path.of(one.clientKey() + ".pub")).strip());
            Path known = Files.writeString(
                    folder.resolve("known"), Files.readString(one.knownHosts()) + Files.readString(two.knownHosts()));
            String config = write(
                    "drkit.yaml",
                    "sites: {}\nnodes: {standby: {hosts: ['127.0.0.1:%d', '127.0.0.1:%d'], user: root, key: %s, known-hosts: %s}}\n"
                            .formatted(one.port(), two.port(), one.clientKey(), known));
            String[] arguments = {
                "encryption",
                "rollout",
                write("primary.yaml", OLD),
                "--at",
                "standby",
                "--fresh",
                "/etc/kubernetes/encryption-provider.conf",
                "--config",
                config,
                "--record",
                folder.resolve("record.json").toString()
            };
            Path onTwo = two.folder().resolve("etc/kubernetes");
            Files.writeString(onTwo, "in the way");
            Cli failed = drkit(arguments);
            assertThat(failed.code()).as(failed.out() + failed.err()).isNotZero();
            assertThat(one.folder().resolve("etc/kubernetes")).doesNotExist();
            Files.delete(onTwo);

            Cli done = drkit(arguments);
            assertThat(done.code()).as(done.out() + done.err()).isZero();
            for (OpenSshServer node : List.of(one, two)) {
                Path file = node.folder().resolve("etc/kubernetes/encryption-provider.conf");
                assertThat(file).hasContent(OLD);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
        }
    }
}
