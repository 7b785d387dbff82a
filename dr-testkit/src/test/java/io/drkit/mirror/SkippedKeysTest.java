package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import org.junit.jupiter.api.Test;

/** Values that the standby refuses: never half done, and forgotten when they are no longer missing. */
class SkippedKeysTest extends MirrorFixture {

    @Test
    void what_is_too_large_to_be_set_aside_is_not_overwritten() throws Exception {
        standby.put(key(1), "x".repeat(9_950));
        standby.requestLimit(10_000);
        try (MirrorSession session = start()) {
            caughtUp(session);
            assertThat(session.status().skipped()).isEqualTo(1);
        }
        assertThat(standby.content(SCOPE.range()).get(Bytes.utf8(key(1)))).isEqualTo(Bytes.utf8("x".repeat(9_950)));
    }

    @Test
    void a_refused_key_that_is_gone_is_forgotten_beside_strangers_too() throws Exception {
        standby.put("/registry/stranger", "s");
        standby.requestLimit(10_000);
        primary.put("/registry/big", "x".repeat(20_000));
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.delete("/registry/big");
            caughtUp(session);
            assertThat(session.status().skipped()).isZero();
        }
    }

    @Test
    void a_reconcile_forgets_refused_keys_that_are_gone_or_equal() throws Exception {
        standby.requestLimit(10_000);
        primary.put("/registry/big", "x".repeat(20_000));
        primary.put("/registry/big2", "x".repeat(20_000));
        once();
        primary.delete("/registry/big");
        primary.put("/registry/big2", "small");
        standby.put("/registry/big2", "small");
        primary.compact(primary.revision());
        try (MirrorSession session = start()) {
            caughtUp(session);
            assertThat(session.status().skipped()).isZero();
        }
    }
}
