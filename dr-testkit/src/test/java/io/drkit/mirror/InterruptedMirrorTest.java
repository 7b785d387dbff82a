package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.mirror.MirrorOptions.Risk;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.InMemoryKeyStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Sessions that die, restart or join several revisions, at the moments where that could leave traces. */
class InterruptedMirrorTest extends MirrorFixture {

    @Test
    void what_half_a_revision_put_goes_when_it_was_deleted_meanwhile() throws Exception {
        once();
        standby.requestLimit(10_000);
        primary.write(List.of(
                Operation.put(Bytes.utf8("/registry/small"), Bytes.utf8("s")),
                Operation.put(Bytes.utf8("/registry/big"), Bytes.utf8("x".repeat(20_000)))));
        FaultyKeyStore to = new FaultyKeyStore(standby, (moment, call) -> {
            if (standby.content(SCOPE.range()).containsKey(Bytes.utf8("/registry/small"))) {
                throw new Killed();
            }
        });
        MirrorSession session = new DefaultKeyMirror(primary, to, options().build()).start(SCOPE);
        dies(session);
        assertThat(standby.content(SCOPE.range())).containsKey(Bytes.utf8("/registry/small"));
        primary.delete("/registry/small");
        once();
        assertThat(standby.content(SCOPE.range())).doesNotContainKey(Bytes.utf8("/registry/small"));
    }

    @Test
    void small_revisions_are_not_split_where_several_are_joined() throws Exception {
        MirrorOptions options = options().maxTransactionBytes(1_000).build();
        new DefaultKeyMirror(primary, standby, options);
        try (MirrorSession session = new DefaultKeyMirror(primary, standby, options).start(SCOPE)) {
            caughtUp(session);
        }
        for (int i = 0; i < 20; i++) {
            primary.write(List.of(
                    Operation.put(Bytes.utf8(key(i * 2)), Bytes.utf8("x".repeat(230))),
                    Operation.put(Bytes.utf8(key(i * 2 + 1)), Bytes.utf8("x".repeat(230)))));
        }
        try (MirrorSession session = new DefaultKeyMirror(primary, standby, options).start(SCOPE)) {
            caughtUp(session);
            assertThat(session.status().splitRevisions()).isZero();
        }
    }

    @Test
    void an_acceptance_ends_when_mirroring_has_begun() throws Exception {
        once();
        AtomicReference<KeyStore> now = new AtomicReference<>(primary);
        KeyStore from = switchable(now);
        InMemoryKeyStore older = primary.snapshot();
        try (MirrorSession session = new DefaultKeyMirror(
                        from, standby, options().accept(Risk.NEW_HISTORY).build())
                .start(SCOPE)) {
            caughtUp(session);
            primary.put(key(1), "later");
            caughtUp(session);
            older.put("/registry/restored", "x");
            now.set(older);
            primary.setUnreachable(true);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 50; i++) {
                            session.awaitCaughtUp(Duration.ofMillis(100));
                            Thread.sleep(100);
                        }
                    })
                    .isInstanceOf(UnsafeToProceedException.class);
        }
    }

    @Test
    void a_thread_that_dies_has_failed() throws Exception {
        FaultyKeyStore from = new FaultyKeyStore(primary, (moment, call) -> {
            if (call.equals("watch")) {
                throw new Killed();
            }
        });
        try (MirrorSession session =
                new DefaultKeyMirror(from, standby, options().build()).start(SCOPE)) {
            for (int i = 0; i < 500 && !session.status().state().isEnd(); i++) {
                Thread.sleep(10);
            }
            assertThat(session.status().state()).isEqualTo(State.FAILED);
        }
    }

    private static KeyStore switchable(AtomicReference<KeyStore> now) {
        return (KeyStore) Proxy.newProxyInstance(
                KeyStore.class.getClassLoader(), new Class<?>[] {KeyStore.class}, (proxy, method, args) -> {
                    try {
                        return method.invoke(now.get(), args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
