package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.mirror.MirrorOptions.Risk;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Moment;
import org.junit.jupiter.api.Test;

/** The guard against mass deletion: no way around it but the documented one, and that one works on a busy primary. */
class ShrinkGuardTest extends MirrorFixture {

    @Test
    void an_accepted_loss_is_copied_from_a_busy_primary() throws Exception {
        once();
        primary.deletePrefix("/registry/key/0");
        primary.put("/registry/after", "x");
        primary.put("/registry/after", "y");
        primary.compact(primary.revision());
        FaultyKeyStore from = new FaultyKeyStore(primary, (moment, call) -> {
            if (moment == Moment.BEFORE && call.equals("range")) {
                primary.put("/elsewhere", "busy");
            }
        });
        try (MirrorSession session = new DefaultKeyMirror(
                        from, standby, options().accept(Risk.SHRINK).build())
                .start(SCOPE)) {
            caughtUp(session);
        }
    }

    @Test
    void an_accepted_loss_is_followed_though_newer_changes_come_with_it() throws Exception {
        once();
        primary.deletePrefix("/registry/key/0");
        FaultyKeyStore from = new FaultyKeyStore(primary, (moment, call) -> {
            if (moment == Moment.BEFORE && call.equals("watch")) {
                primary.put("/registry/busy", "busy");
            }
        });
        try (MirrorSession session = new DefaultKeyMirror(
                        from, standby, options().accept(Risk.SHRINK).build())
                .start(SCOPE)) {
            caughtUp(session);
        }
    }

    @Test
    void restarts_do_not_wear_it_down() throws Exception {
        primary.watchBatch(10);
        for (int i = 100; i < 1_000; i++) {
            primary.put(key(i), "v" + i);
        }
        once();
        for (int i = 0; i < 1_000; i++) {
            primary.delete(key(i));
        }
        for (int i = 0; i < 4; i++) {
            assertThatThrownBy(this::once).isInstanceOf(UnsafeToProceedException.class);
        }
        assertThat(standby.content(SCOPE.range()).size()).isGreaterThanOrEqualTo(700);
        once(options().accept(Risk.SHRINK));
        assertThat(standby.content(SCOPE.range())).isEmpty();
    }

    @Test
    void measures_against_what_the_first_copy_left() throws Exception {
        int[] pages = {0};
        FaultyKeyStore from = new FaultyKeyStore(primary, (moment, call) -> {
            if (moment == Moment.BEFORE && call.equals("range") && pages[0]++ < 20) {
                primary.put(key(1), "busy" + pages[0]);
            }
        });
        MirrorOptions options = options().pageSize(10).build();
        try (MirrorSession session = new DefaultKeyMirror(from, standby, options).start(SCOPE)) {
            caughtUp(session);
            primary.deletePrefix("/registry/");
            assertThatThrownBy(() -> session.awaitCaughtUp(SOON)).isInstanceOf(UnsafeToProceedException.class);
        }
        assertThat(standby.content(SCOPE.range())).hasSize(100);
    }
}
