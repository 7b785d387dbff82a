package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.mirror.MirrorOptions.Risk;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Moment;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What others put on the standby, and what is out of scope there, outlives everything the primary does. */
class OthersKeysTest extends MirrorFixture {

    @Test
    void keeps_them_when_a_run_from_a_new_primary_dies_after_its_first_write() throws Exception {
        once();
        // the book is left with an entry: a stranger wrote, the mirror committed twice and stopped before it swept
        standby.put("/registry/zz-stranger-early", "mine");
        standby.put(DrKitKeys.foreign("default"), Bytes.utf8("[[5,6]]"));
        primary = new InMemoryKeyStore("another");
        for (int i = 0; i < 100; i++) {
            primary.put(key(i), "v" + i);
        }
        int[] commits = {0};
        FaultyKeyStore to = new FaultyKeyStore(standby, (moment, call) -> {
            if (call.equals("commit") && moment == Moment.AFTER && copyBegan()) {
                commits[0]++;
            }
            if (commits[0] >= 1) {
                throw new Killed();
            }
        });
        MirrorSession session = new DefaultKeyMirror(
                        primary, to, options().accept(Risk.NEW_SOURCE).build())
                .start(SCOPE);
        dies(session);
        assertThat(commits[0]).isEqualTo(1);
        once();
        assertThat(standby.content(SCOPE.range())).containsKey(Bytes.utf8("/registry/zz-stranger-early"));
    }

    @Test
    void a_key_that_the_primary_takes_over_is_set_aside_and_goes_when_it_goes() throws Exception {
        primary.putLeased("/registry/k", "leased", Duration.ofHours(1));
        standby.put("/registry/k", "mine");
        try (MirrorSession session = start()) {
            caughtUp(session);
            primary.put("/registry/k", "no lease any more");
            caughtUp(session);
            primary.delete("/registry/k");
            caughtUp(session);
            assertThat(session.status().setAside()).isEqualTo(1);
        }
        assertThat(standby.content(SCOPE.range())).doesNotContainKey(Bytes.utf8("/registry/k"));
    }

    /** The control plane of this standby is stopped: nobody watches it for the copy. */
    @Test
    void what_others_change_ahead_of_a_copy_is_put_right_when_it_comes_there() throws Exception {
        for (String key : List.of("/registry/zz-deleted", "/registry/zz-changed")) {
            primary.put(key, "v");
            standby.put(key, "v");
        }
        AtomicBoolean meddled = new AtomicBoolean();
        FaultyKeyStore meddling = new FaultyKeyStore(standby, (moment, call) -> {
            boolean copying = standby.content(SCOPE.range()).containsKey(Bytes.utf8(key(0)));
            if (copying && call.equals("commit") && !meddled.getAndSet(true)) {
                standby.delete("/registry/zz-deleted");
                standby.put("/registry/zz-changed", "another's");
            }
        });
        try (MirrorSession session =
                new DefaultKeyMirror(primary, meddling, options().pageSize(10).build()).start(SCOPE)) {
            caughtUp(session);
        }
        assertThat(meddled).isTrue();
        assertThat(standby.content(SCOPE.range())).isEqualTo(primary.content(SCOPE.range()));
    }

    @Test
    void an_expired_lease_deletes_no_key_that_was_put_just_before() throws Exception {
        primary.putLeased("/registry/k", "leased", Duration.ofHours(1));
        try (MirrorSession session = start()) {
            caughtUp(session);
            standby.put("/registry/k", "mine");
            primary.delete("/registry/k");
            caughtUp(session);
        }
        assertThat(standby.content(SCOPE.range())).containsKey(Bytes.utf8("/registry/k"));
    }

    @Test
    void keys_out_of_scope_stay_whatever_the_primary_does_with_them() throws Exception {
        MirrorScope scope = new MirrorScope() {
            @Override
            public KeyRange range() {
                return KeyRange.prefix("/registry/");
            }

            @Override
            public boolean admits(KeyValue entry) {
                return !entry.key().utf8().startsWith("/registry/local/");
            }

            @Override
            public String name() {
                return "not-local";
            }
        };
        standby.put("/registry/local/a", "mine");
        standby.put("/registry/local/b", "mine");
        primary.put("/registry/local/a", "theirs");
        primary.put("/registry/local/b", "theirs");
        try (MirrorSession session =
                new DefaultKeyMirror(primary, standby, options().build()).start(scope)) {
            caughtUp(session);
            primary.put("/registry/local/a", "theirs again");
            primary.delete("/registry/local/b");
            caughtUp(session);
        }
        assertThat(standby.content(KeyRange.prefix("/registry/local/"))).hasSize(2);
    }

    @Test
    void the_standbys_own_records_stay_in_the_widest_scope() throws Exception {
        try (MirrorSession session =
                new DefaultKeyMirror(primary, standby, options().build()).start(MirrorScope.prefix("/"))) {
            caughtUp(session);
            Bytes before = standby.content(KeyRange.ALL).get(DrKitKeys.SITE);
            assertThat(before).isNotNull();
            primary.put(DrKitKeys.PROOF, Bytes.utf8("{}"));
            primary.put(
                    DrKitKeys.SITE,
                    Objects.requireNonNull(primary.content(KeyRange.ALL).get(DrKitKeys.SITE)));
            caughtUp(session);
            assertThat(standby.content(KeyRange.ALL).get(DrKitKeys.SITE)).isEqualTo(before);
        }
    }

    @Test
    void the_book_of_foreign_revisions_stays_small_beside_a_busy_writer() throws Exception {
        FaultyKeyStore to = new FaultyKeyStore(standby, (moment, call) -> {
            if (moment == Moment.BEFORE && call.equals("commit")) {
                standby.put("/elsewhere", "busy");
            }
        });
        try (MirrorSession session = new DefaultKeyMirror(primary, to, options().build()).start(SCOPE)) {
            caughtUp(session);
            int worst = 0;
            for (int i = 0; i < 6_000; i++) {
                primary.put(key(i % 100), "w" + i);
                if (i % 3 == 0) {
                    caughtUp(session);
                    Bytes book = standby.content(KeyRange.ALL).get(DrKitKeys.foreign("default"));
                    worst = Math.max(worst, book == null ? 0 : book.size());
                }
            }
            assertThat(worst).isLessThan(20_000);
        }
    }

    private boolean copyBegan() {
        Bytes record = standby.content(KeyRange.ALL).get(DrKitKeys.checkpoint("default"));
        return record != null && !Checkpoint.parse(record).isComplete();
    }
}
