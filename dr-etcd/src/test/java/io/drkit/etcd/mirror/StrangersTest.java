package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.KeyDifference;
import io.drkit.consistency.KeyDifference.Kind;
import io.drkit.consistency.Level;
import io.drkit.mirror.MirrorSession;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** What the primary never gave the standby is kept there, told of, and removed only when someone asks. */
class StrangersTest extends OnRealEtcd {

    private static final List<String> STRANGERS =
            List.of("/registry/a-before", "/registry/b-while-down", "/registry/c-while-streaming");

    @Test
    void strangers_survive_restarts_compaction_and_reconciles_and_go_when_asked() throws Exception {
        primary().load(200);
        standby().put(STRANGERS.get(0), "mine");
        pair().once();
        standby().put(STRANGERS.get(1), "mine");
        primary().delete(Side.key(1));
        try (MirrorSession session = pair().mirror()) {
            Pair.caughtUp(session);
            standby().put(STRANGERS.get(2), "mine");
            primary().put(Side.key(2), "changed");
            primary().delete(Side.key(3));
            Pair.caughtUp(session);
            assertOnlyStrangersDiffer();
        }
        pair().once();
        primary().delete(Side.key(4));
        primary().compact();
        standby().compact();
        pair().once();
        assertOnlyStrangersDiffer();
        primary().put(Side.key(5), "changed");
        primary().compact();
        standby().compact();
        try (MirrorSession session = pair().mirror(Pair.options().pageSize(7))) {
            Pair.caughtUp(session);
            assertThat(session.status().strangers()).isEqualTo(3);
            assertOnlyStrangersDiffer();
        }
        pair().checker().repair(Side.SCOPE, true);
        pair().assertEqual();
        assertThat(standby().setAside()).containsExactly("mine", "mine", "mine");
        pair().once();
        pair().assertEqual();
    }

    @Test
    void a_strangers_value_is_set_aside_before_the_primarys_overwrites_it() throws Exception {
        primary().load(20);
        standby().put(Side.key(1), "mine, before");
        try (MirrorSession session = pair().mirror()) {
            Pair.caughtUp(session);
            standby().put("/registry/new", "mine, meanwhile");
            primary().put("/registry/new", "theirs");
            Pair.caughtUp(session);
            assertThat(session.status().setAside()).isEqualTo(2);
        }
        pair().assertEqual();
        assertThat(standby().setAside()).containsExactlyInAnyOrder("mine, before", "mine, meanwhile");
    }

    @Test
    void what_others_delete_or_change_of_the_primarys_keys_is_put_right_by_a_repair() throws Exception {
        primary().load(50);
        pair().once();
        standby().delete(Side.key(1));
        standby().put(Side.key(2), "changed by someone");
        ConsistencyReport report = pair().checker().check(Side.SCOPE, Level.VALUES);
        assertThat(report.comparison().sample())
                .extracting(KeyDifference::kind)
                .containsExactlyInAnyOrder(Kind.MISSED, Kind.CHANGED);
        pair().checker().repair(Side.SCOPE, false);
        pair().assertEqual();
        try (MirrorSession session = pair().mirror()) {
            primary().delete(Side.key(1));
            primary().put(Side.key(2), "and on");
            Pair.caughtUp(session);
            pair().assertEqual();
        }
    }

    private void assertOnlyStrangersDiffer() {
        SortedMap<String, String> expected = primary().content();
        STRANGERS.forEach(key -> {
            if (standby().content().containsKey(key)) {
                expected.put(key, "mine");
            }
        });
        assertThat(standby().content()).isEqualTo(expected).containsKeys(STRANGERS.toArray(String[]::new));
        ConsistencyReport report = pair().checker().check(Side.SCOPE, Level.VALUES);
        assertThat(report.isConsistent()).isFalse();
        assertThat(report.comparison().total().sum()).isEqualTo(3);
        assertThat(report.comparison().sample())
                .allMatch(difference -> difference.kind() == Kind.SURPLUS)
                .extracting(difference -> difference.key().utf8())
                .containsExactlyElementsOf(STRANGERS);
    }
}
