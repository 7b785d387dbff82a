package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.KeyRange;
import io.drkit.mirror.MirrorOptions.Risk;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.testkit.InMemoryKeyStore;
import org.junit.jupiter.api.Test;

/** Where going on could lose data the mirror stops, says how to overrule it, and has written nothing. */
class MirrorRefusalsTest extends MirrorFixture {

    @Test
    void refuses_a_mass_deletion_before_it_is_applied_and_follows_it_when_accepted() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.deletePrefix("/registry/");
            assertThatThrownBy(() -> session.awaitCaughtUp(SOON))
                    .isInstanceOf(UnsafeToProceedException.class)
                    .hasMessageContaining("--accept shrink");
            assertThat(session.status().state()).isEqualTo(State.REFUSED);
        }
        assertThat(standby.content(SCOPE.range())).hasSize(100);
        refuses("--accept shrink");
        primary.compact(primary.revision());
        refuses("--accept shrink");
        once(options().accept(Risk.SHRINK));
        assertThat(standby.content(SCOPE.range())).isEmpty();
    }

    @Test
    void an_accepted_deletion_is_followed_while_streaming_and_the_next_one_refused() throws Exception {
        once();
        primary.deletePrefix("/registry/key/00");
        primary.deletePrefix("/registry/key/01");
        primary.deletePrefix("/registry/key/02");
        primary.deletePrefix("/registry/key/03");
        try (MirrorSession session = start(options().accept(Risk.SHRINK))) {
            caughtUp(session);
            assertEqual();
            primary.deletePrefix("/registry/");
            assertThatThrownBy(() -> session.awaitCaughtUp(SOON)).isInstanceOf(UnsafeToProceedException.class);
        }
        assertThat(standby.content(SCOPE.range())).hasSize(60);
    }

    @Test
    void refuses_an_empty_primary_and_leaves_no_roles_behind() {
        InMemoryKeyStore empty = new InMemoryKeyStore("empty");
        assertThatThrownBy(() -> {
                    try (MirrorSession session =
                            new DefaultKeyMirror(empty, primary, options().build()).start(SCOPE)) {
                        session.awaitCaughtUp(SOON);
                    }
                })
                .isInstanceOf(UnsafeToProceedException.class);
        assertThat(empty.content(KeyRange.ALL)).isEmpty();
        assertThat(primary.content(DrKitKeys.OWN)).isEmpty();
    }

    @Test
    void refuses_one_site_on_both_sides() {
        standby = primary;
        refuses("one and the same");
    }

    @Test
    void refuses_swapped_sides() throws Exception {
        once();
        InMemoryKeyStore first = primary;
        primary = standby;
        standby = first;
        refuses("swapped");
    }

    @Test
    void refuses_a_restored_primary_in_each_shape_it_comes_in() throws Exception {
        once();
        InMemoryKeyStore older = primary.snapshot();
        for (int i = 0; i < 50; i++) {
            primary.put(key(i), "later" + i);
        }
        once();
        primary = older;
        refuses("--accept new-history");
        for (int i = 0; i < 200; i++) {
            primary.put("/registry/other/" + i, "after the restore");
        }
        refuses("--accept new-history");
        primary.compact(primary.revision());
        refuses("--accept new-history");
        primary.bumpRevision(1_000_000);
        refuses("--accept new-history");
        once(options().accept(Risk.NEW_HISTORY));
        assertThat(standby.content(SCOPE.range())).isEqualTo(primary.content(SCOPE.range()));
        assertThat(setAside()).contains("later7");
    }

    @Test
    void refuses_another_primary_than_before() throws Exception {
        once();
        primary = new InMemoryKeyStore("another");
        for (int i = 0; i < 100; i++) {
            primary.put(key(i), "v" + i);
        }
        refuses("--accept new-source");
        once(options().accept(Risk.NEW_SOURCE));
        once();
    }
}
