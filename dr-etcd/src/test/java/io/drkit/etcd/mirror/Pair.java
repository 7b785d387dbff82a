package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyChecker;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus.State;
import java.time.Duration;
import java.util.SortedMap;
import org.awaitility.Awaitility;

/** A primary and a standby, and the words that the mirror's stories are told in. */
record Pair(Side primary, Side standby) implements AutoCloseable {

    /** Far more than anything should take. */
    static final Duration SOON = Duration.ofSeconds(30);

    static MirrorOptions.Builder options() {
        return MirrorOptions.builder().lockTimeToLive(Duration.ofSeconds(2)).maxBackoff(Duration.ofMillis(500));
    }

    MirrorSession mirror() {
        return mirror(options());
    }

    MirrorSession mirror(MirrorOptions.Builder options) {
        return new DefaultKeyMirror(primary.store(), standby.store(), options.build()).start(Side.SCOPE);
    }

    /** Mirrors until both are level, and stops. */
    void once() throws InterruptedException {
        once(options());
    }

    void once(MirrorOptions.Builder options) throws InterruptedException {
        try (MirrorSession session = mirror(options)) {
            caughtUp(session);
        }
    }

    static void caughtUp(MirrorSession session) throws InterruptedException {
        assertThat(session.awaitCaughtUp(SOON))
                .as("caught up: %s", session.status())
                .isTrue();
    }

    static void await(MirrorSession session, State state) {
        Awaitility.await()
                .atMost(SOON)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> session.status().state(), now -> now == state);
    }

    void assertEqual() {
        assertThat(standby.content()).isEqualTo(primary.content());
    }

    /** The mirror refuses, saying so, and nothing in scope is written. */
    void refuses(String because) {
        SortedMap<String, String> before = standby.content();
        long written = standby.newestWrite();
        try (MirrorSession session = mirror()) {
            assertThatThrownBy(() -> session.awaitCaughtUp(SOON))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining(because);
            assertThat(session.status().state()).isEqualTo(State.REFUSED);
        }
        assertThat(standby.newestWrite()).isEqualTo(written);
        assertThat(standby.content()).isEqualTo(before);
    }

    ConsistencyChecker checker() {
        return new DefaultConsistencyChecker(primary.store(), standby.store(), CheckerOptions.DEFAULT);
    }

    /** The roles' places changed. */
    Pair swapped() {
        return new Pair(standby, primary);
    }

    @Override
    public void close() {
        primary.close();
        standby.close();
    }
}
