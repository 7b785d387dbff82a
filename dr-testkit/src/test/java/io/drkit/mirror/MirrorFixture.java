package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Two stores in memory, the primary loaded with a hundred keys, and the words that tests of the mirror are told in. */
@Timeout(60)
abstract class MirrorFixture {

    static final MirrorScope SCOPE = MirrorScope.all();
    static final Duration SOON = Duration.ofSeconds(20);

    InMemoryKeyStore primary = new InMemoryKeyStore("primary");
    InMemoryKeyStore standby = new InMemoryKeyStore("standby");

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

    final MirrorOptions.Builder options() {
        return MirrorOptions.builder();
    }

    final MirrorSession start() {
        return start(options());
    }

    final MirrorSession start(MirrorOptions.Builder options) {
        return new DefaultKeyMirror(primary, standby, options.build()).start(SCOPE);
    }

    final void once() throws InterruptedException {
        once(options());
    }

    final void once(MirrorOptions.Builder options) throws InterruptedException {
        try (MirrorSession session = start(options)) {
            caughtUp(session);
        }
    }

    final void refuses(String words) {
        SortedMap<Bytes, Bytes> before = standby.content(SCOPE.range());
        assertThatThrownBy(this::once)
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining(words);
        assertThat(standby.content(SCOPE.range())).isEqualTo(before);
    }

    static void caughtUp(MirrorSession session) throws InterruptedException {
        assertThat(session.awaitCaughtUp(SOON))
                .as("caught up: %s", session.status())
                .isTrue();
    }

    static void await(MirrorSession session, State state) throws InterruptedException {
        for (int i = 0; i < 2_000 && session.status().state() != state; i++) {
            Thread.sleep(5);
        }
        assertThat(session.status().state()).isEqualTo(state);
    }

    /** Waits for the end of a session that is killed; its lock expires. */
    final void dies(MirrorSession session) throws InterruptedException {
        await(session, State.FAILED);
        session.close();
        standby.expireLeases();
    }

    final void assertEqual() {
        assertThat(standby.content(SCOPE.range())).isEqualTo(unleased());
    }

    final SortedMap<Bytes, Bytes> unleased() {
        return new TreeMap<>(primary.content(SCOPE.range()));
    }

    final Checkpoint checkpoint() {
        Bytes key = DrKitKeys.checkpoint("default");
        return Checkpoint.parse(
                Objects.requireNonNull(standby.content(KeyRange.ALL).get(key)));
    }

    /** Promise 2, at every revision of the standby. */
    final void assertOracle() {
        Bytes key = DrKitKeys.checkpoint("default");
        KeyRange one = new KeyRange(key, key.successor());
        int checked = 0;
        Bytes last = Bytes.EMPTY;
        for (long revision = 2; revision <= standby.revision(); revision++) {
            Bytes now = standby.contentAt(one, revision).get(key);
            if (now != null && !now.equals(last)) {
                last = now;
                Checkpoint checkpoint = Checkpoint.parse(now);
                if (checkpoint.isComplete() && checkpoint.revision() > 101) {
                    boolean part = standby.contentAt(SCOPE.range(), revision)
                            .equals(primary.contentAt(SCOPE.range(), checkpoint.revision()));
                    if (!part) {
                        assertThat(partOfSplit(revision, one, key, checkpoint))
                                .as("at %s", revision)
                                .isTrue();
                    }
                    checked++;
                }
            }
        }
        assertThat(checked).isPositive();
    }

    /** The parts of a split revision leave the checkpoint's revision where it was. */
    final boolean partOfSplit(long revision, KeyRange one, Bytes key, Checkpoint checkpoint) {
        Bytes before = standby.contentAt(one, revision - 1).get(key);
        return before != null && Checkpoint.parse(before).revision() == checkpoint.revision();
    }

    final List<String> setAside() {
        return standby.content(KeyRange.prefix(DrKitKeys.QUARANTINE)).entrySet().stream()
                .filter(entry -> entry.getKey().utf8().contains("/keys/"))
                .map(entry -> entry.getValue().utf8())
                .toList();
    }

    static String key(int i) {
        return String.format("/registry/key/%03d", i);
    }
}
