package io.drkit.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.drkit.examples.demo.MirrorProcess;
import io.drkit.testkit.etcd.EtcdServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code drkit mirror} as a process: how it ends. */
class MirrorProcessTest {

    private static EtcdServer primary;
    private static EtcdServer standby;

    @BeforeAll
    static void start() {
        primary = EtcdServer.builder().start();
        standby = EtcdServer.builder().start();
    }

    @AfterAll
    static void stop() {
        primary.close();
        standby.close();
    }

    private static void awaitMirrored(String key, String value) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> standby.etcdctl("get", key).contains(value));
    }

    private static void assertEndsPromptly(MirrorProcess mirror) throws InterruptedException {
        long began = System.nanoTime();
        mirror.terminate();
        assertThat(mirror.awaitExit(10)).as(mirror.log()).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void sigterm_ends_it_promptly_and_the_next_one_goes_on_from_the_checkpoint() throws InterruptedException {
        String[] arguments = {"--from", primary.endpoint(0), "--to", standby.endpoint(0), "--scope", "prefix:/a/"};
        primary.etcdctl("put", "/a/1", "one");
        try (MirrorProcess mirror = MirrorProcess.start(arguments)) {
            awaitMirrored("/a/1", "one");
            assertEndsPromptly(mirror);
            assertThat(mirror.log()).contains("Stopped at the primary's revision ");
        }
        primary.etcdctl("put", "/a/2", "two");
        // The lock was released: the next one need not wait until it expires.
        try (MirrorProcess mirror = MirrorProcess.start(arguments)) {
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
        try (MirrorProcess first = MirrorProcess.start(arguments)) {
            awaitMirrored("/b/1", "one");
            try (MirrorProcess second = MirrorProcess.start(arguments)) {
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
            try (MirrorProcess mirror = MirrorProcess.start(
                    "--from", lost.endpoint(0), "--to", standby.endpoint(0), "--scope", "prefix:/c/", "--name", "c")) {
                awaitMirrored("/c/1", "one");
                lost.kill();
                await().atMost(Duration.ofSeconds(60)).until(() -> mirror.log().contains("reconnecting"));
                assertEndsPromptly(mirror);
            }
        }
    }
}
