package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.mirror.LostWrites.Known;
import io.drkit.mirror.LostWrites.Lost;
import io.drkit.mirror.LostWrites.Unknown;
import io.drkit.site.Demotion;
import io.drkit.site.Site;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the old primary wrote and the new one never had. */
class LostWritesTest extends MirrorFixture {

    private LostWrites lost() {
        return lost(SCOPE);
    }

    private LostWrites lost(MirrorScope scope) {
        return LostWrites.on(primary, standby, scope, "default", 2);
    }

    private void unknown(String because) {
        assertThat(lost()).isInstanceOf(Unknown.class);
        assertThat(((Unknown) lost()).reason()).contains(because);
    }

    @Test
    void are_the_keys_written_after_the_last_mirrored_revision() throws Exception {
        once();
        long since = checkpoint().revision();
        long first = primary.put(key(1), "overwritten");
        long second = primary.put("/registry/created", "created");
        primary.put("/registry/later", "more than are named");
        primary.put("/elsewhere", "out of scope");
        primary.putLeased("/registry/leased", "in no scope", Duration.ofHours(1));
        primary.delete(key(2));
        Site.at(standby).promote();

        Known known = (Known) lost();
        assertThat(known.since()).isEqualTo(since);
        assertThat(known.count()).isEqualTo(3);
        assertThat(known.first())
                .containsExactly(
                        new Lost(Bytes.utf8("/registry/created"), second), new Lost(Bytes.utf8(key(1)), first));
        assertThat(known.neverGiven()).isZero();
    }

    @Test
    void are_none_where_all_was_mirrored() throws Exception {
        once();
        Site.at(standby).promote();
        primary.compact(primary.revision());
        assertThat(((Known) lost()).count()).isZero();
    }

    @Test
    void are_found_on_a_compacted_primary_too() throws Exception {
        once();
        primary.put(key(1), "lost");
        Site.at(standby).promote();
        primary.compact(primary.revision());
        assertThat(((Known) lost()).count()).isEqualTo(1);
    }

    @Test
    void are_looked_at_with_their_values_where_the_scope_does_so() throws Exception {
        MirrorScope byValue = new MirrorScope() {
            @Override
            public KeyRange range() {
                return SCOPE.range();
            }

            @Override
            public boolean admits(KeyValue entry) {
                return entry.value().utf8().startsWith("v")
                        || entry.value().utf8().equals("wanted");
            }

            @Override
            public boolean isUndecidable(KeyValue entry) {
                return entry.value().utf8().equals("undecidable");
            }

            @Override
            public String name() {
                return "by-value";
            }

            @Override
            public boolean readsValues() {
                return true;
            }
        };
        try (MirrorSession session = new DefaultKeyMirror(primary, standby).start(byValue)) {
            caughtUp(session);
        }
        primary.put(key(1), "wanted");
        primary.put(key(2), "not wanted");
        primary.put(key(3), "undecidable");
        Site.at(standby).promote();
        assertThat(((Known) lost(byValue)).first())
                .extracting(Lost::key)
                .containsExactly(Bytes.utf8(key(1)), Bytes.utf8(key(3)));
    }

    @Test
    void counts_what_the_standby_had_refused() throws Exception {
        standby.requestLimit(2_000);
        primary.put("/registry/large", "x".repeat(3_000));
        once();
        Site.at(standby).promote();
        Known known = (Known) lost();
        assertThat(known.count()).isZero();
        assertThat(known.neverGiven()).isEqualTo(1);
    }

    @Test
    void cannot_be_told_without_a_checkpoint() {
        unknown("no checkpoint");
    }

    @Test
    void cannot_be_told_from_another_primarys_checkpoint() throws Exception {
        once();
        InMemoryKeyStore other = new InMemoryKeyStore("other");
        Site.at(other).identify();
        primary = other;
        unknown("another primary");
    }

    @Test
    void cannot_be_told_from_the_checkpoint_of_another_scope() throws Exception {
        once();
        assertThat(((Unknown) lost(MirrorScope.prefix("/registry/key/"))).reason())
                .contains("scope all, not prefix:/registry/key/");
    }

    @Test
    void cannot_be_told_of_a_primary_that_was_restored() throws Exception {
        InMemoryKeyStore before = primary.snapshot();
        primary.put(key(1), "later");
        once();
        Site.at(before).identify();
        Bytes id = primary.content(DrKitKeys.OWN).get(DrKitKeys.SITE);
        before.put(DrKitKeys.SITE, Objects.requireNonNull(id));
        primary = before;
        unknown("history");
    }

    @Test
    void cannot_be_told_once_the_reverse_mirror_writes_there() throws Exception {
        once();
        primary.put(key(1), "lost");
        Site.at(standby).promote();
        Demotion.of(primary, standby).carryOut();
        assertThat(((Known) lost()).count()).as("demoted, not mirrored to yet").isEqualTo(1);
        try (MirrorSession back = new DefaultKeyMirror(standby, primary).start(SCOPE)) {
            caughtUp(back);
        }
        unknown("quarantine");
    }
}
