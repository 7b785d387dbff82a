package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keyspace.MirrorScope;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Two stores in memory, the primary with a hundred keys, and the few words in which tests of the mirror speak. */
@Timeout(60)
abstract class TwoStores {

    static final MirrorScope SCOPE = MirrorScope.all();
    static final Duration SOON = Duration.ofSeconds(20);

    InMemoryKeyStore primary = new InMemoryKeyStore("primary");
    final InMemoryKeyStore standby = new InMemoryKeyStore("standby");

    /** What the mirror is thrown when it is killed: nothing in it goes on after this. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    @BeforeEach
    void load() {
        for (int i = 0; i < 100; i++) {
            primary.put(key(i), "v" + i);
        }
    }

    static MirrorOptions.Builder options() {
        return MirrorOptions.builder();
    }

    MirrorSession start() {
        return new DefaultKeyMirror(primary, standby, options().build()).start(SCOPE);
    }

    void once() throws InterruptedException {
        once(options());
    }

    void once(MirrorOptions.Builder options) throws InterruptedException {
        try (MirrorSession session = new DefaultKeyMirror(primary, standby, options.build()).start(SCOPE)) {
            caughtUp(session);
        }
    }

    static void caughtUp(MirrorSession session) throws InterruptedException {
        assertThat(session.awaitCaughtUp(SOON))
                .as("caught up: %s", session.status())
                .isTrue();
    }

    /** Waits for a session that is killed to end, and clears up as time does: its lock expires. */
    void dies(MirrorSession session) throws InterruptedException {
        for (int i = 0; i < 2_000 && !session.status().state().isEnd(); i++) {
            Thread.sleep(5);
        }
        assertThat(session.status().state()).isEqualTo(MirrorStatus.State.FAILED);
        session.close();
        standby.expireLeases();
    }

    static String key(int i) {
        return String.format("/registry/key/%03d", i);
    }
}
