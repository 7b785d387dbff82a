package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.demo.DrKitProcess;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.testkit.etcd.EtcdServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code drkit mirror} as a process: how it ends. */
class MirrorProcessTest {

    private static EtcdServer primary;
    private static EtcdServer standby;
    /** Looks at the standby, without a process each time. */
    private static KeyStore copy;

    @BeforeAll
    static void start() {
        primary = EtcdServer.builder().start();
        standby = EtcdServer.builder().start();
        copy = EtcdKeyStore.connect(EtcdConnection.to(standby.endpoints()).build());
    }

    @AfterAll
    static void stop() {
        copy.close();
        primary.close();
        standby.close();
    }

    private static void awaitMirrored(String key, String value) {
        Bytes wanted = Bytes.utf8(key);
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            KeyValue there = copy.read(List.of(wanted)).get(wanted);
            return there != null && there.value().equals(Bytes.utf8(value));
        });
    }

    private static void assertEndsPromptly(DrKitProcess mirror) throws InterruptedException {
        long began = System.nanoTime();
        mirror.terminate();
        assertThat(mirror.awaitExit(30)).as(mirror.log()).isZero();
        // Nothing that it waits for takes as long, however busy the machine is.
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void sigterm_ends_it_promptly_and_the_next_one_goes_on_from_the_checkpoint() throws InterruptedException {
        String[] arguments = {"--from", primary.endpoint(0), "--to", standby.endpoint(0), "--scope", "prefix:/a/"};
        primary.etcdctl("put", "/a/1", "one");
        try (DrKitProcess mirror = DrKitProcess.start("mirror", arguments)) {
            awaitMirrored("/a/1", "one");
            assertEndsPromptly(mirror);
            assertThat(mirror.log()).contains("Stopped at the primary's revision ");
        }
        primary.etcdctl("put", "/a/2", "two");
        // The lock was released: the next one need not wait until it expires.
        try (DrKitProcess mirror = DrKitProcess.start("mirror", arguments)) {
            awaitMirrored("/a/2", "two");
            assertEndsPromptly(mirror);
        }
    }

    @Test
    void sigterm_ends_it_while_it_waits_for_another_mirror() throws InterruptedException {
        String[] arguments = {
            "--from", primary.endpoint(0), "--to", standby.endpoint(0), "--scope", "prefix:/b/", "--name", "b"
        };
        primary.etcdctl("put", "/b/1", "one");
        try (DrKitProcess first = DrKitProcess.start("mirror", arguments)) {
            awaitMirrored("/b/1", "one");
            try (DrKitProcess second = DrKitProcess.start("mirror", arguments)) {
                await().atMost(Duration.ofSeconds(30)).until(() -> second.log().contains("waiting-for-lock"));
                assertEndsPromptly(second);
            }
            primary.etcdctl("put", "/b/2", "two");
            awaitMirrored("/b/2", "two");
            assertEndsPromptly(first);
        }
    }

    @Test
    void sigterm_ends_it_while_the_primary_is_away() throws InterruptedException {
        try (EtcdServer lost = EtcdServer.builder().start()) {
            lost.etcdctl("put", "/c/1", "one");
            try (DrKitProcess mirror = DrKitProcess.start(
                    "mirror",
                    "--from",
                    lost.endpoint(0),
                    "--to",
                    standby.endpoint(0),
                    "--scope",
                    "prefix:/c/",
                    "--name",
                    "c")) {
                awaitMirrored("/c/1", "one");
                lost.kill();
                await().atMost(Duration.ofSeconds(60)).until(() -> mirror.log().contains("reconnecting"));
                assertEndsPromptly(mirror);
            }
        }
    }

    @Test
    void another_process_stops_it_when_nothing_is_missed_and_the_next_one_is_not_meant() throws InterruptedException {
        String[] arguments = {
            "--from", primary.endpoint(0), "--to", standby.endpoint(0), "--scope", "prefix:/d/", "--name", "d"
        };
        primary.etcdctl("put", "/d/1", "one");
        primary.etcdctl("put", "/d/2", "two");
        try (DrKitProcess mirror = DrKitProcess.start("mirror", arguments)) {
            awaitMirrored("/d/2", "two");
            standby.etcdctl("del", "/d/1");
            Cli refused = stop(arguments);
            assertThat(refused.code()).as(refused.err()).isEqualTo(5);
            assertThat(refused.out()).contains("LOCAL ETCD missed keys: 1", "  /d/1", "Refused: ", "--force");
            assertThat(mirror.isAlive()).isTrue();

            primary.etcdctl("put", "/d/1", "one again");
            Cli stopped = stop(arguments);
            assertThat(stopped.code()).as(stopped.out() + stopped.err()).isZero();
            assertThat(stopped.out()).contains("LOCAL ETCD missed keys: 0", "Mirror d is stopped.");
            assertThat(mirror.awaitExit(10)).as(mirror.log()).isZero();
            assertThat(mirror.log()).contains("Stopped at the primary's revision ");
        }
        assertThat(standby.etcdctl("get", "/drkit/mirror/d/stop")).isEmpty();
        standby.etcdctl("put", "/drkit/mirror/d/stop", "{\"session\":\"an old one\"}");
        primary.etcdctl("put", "/d/3", "three");
        try (DrKitProcess mirror = DrKitProcess.start("mirror", arguments)) {
            awaitMirrored("/d/3", "three");
            standby.etcdctl("del", "/d/1");
            Cli forced = stop(arguments, "--force", "--output", "json");
            assertThat(forced.code()).as(forced.err()).isZero();
            assertThat(forced.json().path("outcome").asText()).isEqualTo("stopped");
            assertThat(forced.json().path("check").path("total").path("missed").asInt())
                    .isEqualTo(1);
            assertThat(mirror.awaitExit(10)).as(mirror.log()).isZero();
        }
        assertThat(standby.etcdctl("get", "/drkit/mirror/d/stop")).isEmpty();
    }

    private static Cli stop(String[] pair, String... more) {
        List<String> arguments = new ArrayList<>(List.of("mirror", "stop"));
        arguments.addAll(List.of(pair));
        arguments.addAll(List.of(more));
        return Cli.drkit(arguments.toArray(String[]::new));
    }
}
