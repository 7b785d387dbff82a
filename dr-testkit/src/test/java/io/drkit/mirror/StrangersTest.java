package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.quarantine.Quarantine;
import java.time.Duration;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** What the standby has and the primary never gave it is kept, and set aside before it is overwritten. */
class StrangersTest extends MirrorFixture {

    @Test
    void keeps_strangers_through_restarts_compaction_and_reconciles() throws Exception {
        standby.put("/registry/before", "mine");
        once();
        standby.put("/registry/while-down", "mine");
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.put("/registry/while-streaming", "mine");
            primary.put(key(5), "x");
            caughtUp(session);
            primary.delete(key(6));
            caughtUp(session);
        }
        primary.delete(key(7));
        primary.compact(primary.revision());
        standby.compact(standby.revision());
        once();
        once();
        SortedMap<Bytes, Bytes> expected = primary.content(SCOPE.range());
        expected.put(Bytes.utf8("/registry/before"), Bytes.utf8("mine"));
        expected.put(Bytes.utf8("/registry/while-down"), Bytes.utf8("mine"));
        expected.put(Bytes.utf8("/registry/while-streaming"), Bytes.utf8("mine"));
        assertThat(standby.content(SCOPE.range())).isEqualTo(expected);
    }

    @Test
    void sets_a_strangers_value_aside_before_it_is_overwritten() throws Exception {
        standby.put(key(1), "mine, from before");
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.put("/registry/new", "mine, meanwhile");
            primary.put("/registry/new", "theirs");
            caughtUp(session);
            assertThat(session.status().setAside()).isEqualTo(2);
        }
        assertEqual();
        assertThat(setAside()).containsExactly("mine, from before", "mine, meanwhile");
        primary.delete("/registry/new");
        primary.compact(primary.revision());
        once();
        assertEqual();
    }

    @Test
    void a_key_that_loses_several_values_in_one_session_has_each_of_them_set_aside() throws Exception {
        try (MirrorSession session = start()) {
            caughtUp(session);
            for (int i = 0; i < 3; i++) {
                standby.put("/registry/fought-over", "mine " + i);
                primary.put("/registry/fought-over", "theirs " + i);
                caughtUp(session);
                primary.delete("/registry/fought-over");
                caughtUp(session);
            }
            assertThat(session.status().setAside()).isEqualTo(3);
        }
        assertThat(setAside()).containsExactlyInAnyOrder("mine 0", "mine 1", "mine 2");
        assertThat(Quarantine.at(standby).batches())
                .allSatisfy(batch -> assertThat(batch.about()).isPresent());
    }

    @Test
    void leased_keys_are_not_mirrored_and_their_expiry_deletes_nothing() throws Exception {
        standby.put("/registry/leased", "mine");
        primary.putLeased("/registry/leased", "1", Duration.ofHours(1));
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.putLeased("/registry/leased", "2", Duration.ofHours(1));
            primary.putLeased("/registry/other", "2", Duration.ofHours(1));
            caughtUp(session);
            primary.delete("/registry/leased");
            primary.delete("/registry/other");
            caughtUp(session);
        }
        assertThat(standby.content(KeyRange.prefix("/registry/leased")).values())
                .containsExactly(Bytes.utf8("mine"));
        assertThat(standby.content(KeyRange.prefix("/registry/other"))).isEmpty();
    }

    @Test
    void what_a_repair_put_is_the_primarys_and_goes_when_it_goes() throws Exception {
        once();
        standby.delete(key(1));
        standby.delete(key(2));
        new DefaultConsistencyChecker(primary, standby, CheckerOptions.DEFAULT).repair(SCOPE, false);
        assertEqual();
        primary.delete(key(1));
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.delete(key(2));
            caughtUp(session);
        }
        assertEqual();
    }
}
