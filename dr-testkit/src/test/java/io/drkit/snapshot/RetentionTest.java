package io.drkit.snapshot;

import static io.drkit.testkit.SnapshotStoreContract.manifest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.snapshot.SnapshotStore.Kept;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which snapshots may go. */
class RetentionTest {

    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

    private static Kept taken(Duration ago) {
        String name = "s" + ago;
        return new Kept(name, manifest(name, NOW.minus(ago).toString(), new byte[] {1}), "");
    }

    private static List<Kept> everyTenMinutes(int count) {
        return new ArrayList<>(IntStream.range(0, count)
                .mapToObj(i -> taken(Duration.ofMinutes(10L * i)))
                .toList());
    }

    private static List<String> left(List<Kept> kept, Retention retention) {
        List<Snapshot> dropped = retention.dropped(kept, NOW);
        return kept.stream()
                .filter(each -> each.snapshot() == null || !dropped.contains(each.snapshot()))
                .map(Kept::name)
                .toList();
    }

    @Test
    void the_last_ones_and_the_newest_of_each_hour_and_day_stay() {
        List<Kept> kept = everyTenMinutes(6 * 24 * 4);
        assertThat(left(kept, new Retention(3, 0, 0))).containsExactly("sPT0S", "sPT10M", "sPT20M");
        assertThat(left(kept, new Retention(1, 3, 0))).containsExactly("sPT0S", "sPT10M", "sPT1H10M");
        assertThat(left(kept, new Retention(1, 0, 3))).containsExactly("sPT0S", "sPT12H10M", "sPT36H10M");
        assertThat(left(kept, Retention.DEFAULT)).hasSize(5 + 22 + 3);
    }

    @Test
    void the_newest_stays_whatever_the_retention_and_the_order_and_pruning_again_drops_nothing() {
        Random random = new Random(4);
        for (int i = 0; i < 200; i++) {
            List<Kept> kept = new ArrayList<>();
            for (int j = 0; j < 40; j++) {
                kept.add(taken(Duration.ofMinutes(random.nextInt(20_000) * 40L + j)));
            }
            Collections.shuffle(kept, random);
            Retention retention = new Retention(1 + random.nextInt(5), random.nextInt(5), random.nextInt(5));
            List<String> left = left(kept, retention);
            String newest = kept.stream().max(Kept.oldestFirst()).orElseThrow().name();
            assertThat(left)
                    .contains(newest)
                    .hasSizeLessThanOrEqualTo(retention.last() + retention.hourly() + retention.daily());
            List<Kept> after =
                    kept.stream().filter(each -> left.contains(each.name())).toList();
            assertThat(left(after, retention)).hasSameSizeAs(after);
        }
    }

    @Test
    void what_looks_damaged_and_what_was_taken_later_than_now_neither_goes_nor_counts() {
        List<Kept> kept = everyTenMinutes(3);
        Kept future = taken(Duration.ofDays(-1));
        Kept damaged = new Kept("damaged", taken(Duration.ofMinutes(5)).snapshot(), "its file is missing");
        Kept unread = new Kept("unread", null, "is not the manifest of a snapshot");
        kept.addAll(List.of(future, damaged, unread));
        assertThat(left(kept, new Retention(1, 0, 0)))
                .containsExactlyInAnyOrder("sPT0S", future.name(), "damaged", "unread");
    }

    @Test
    void each_sites_are_counted_by_themselves() {
        List<Kept> kept = everyTenMinutes(2);
        Snapshot one = Objects.requireNonNull(kept.get(1).snapshot());
        Snapshot others = Snapshot.parse(one.toJson().replace("b7d3a1c0", "another"), "the other's")
                .named("others");
        kept.add(new Kept("others", others, ""));
        assertThat(left(kept, new Retention(1, 0, 0))).containsExactly("sPT0S", "others");
    }

    @Test
    void sites_without_identity_are_told_apart_by_their_cluster_and_what_is_nobodys_never_goes() {
        Snapshot one = Objects.requireNonNull(taken(Duration.ofHours(1)).snapshot());
        List<Kept> kept = new ArrayList<>();
        for (String cluster : List.of("aa", "bb", "")) {
            for (String name : List.of("first", "second")) {
                String json = one.toJson().replace("b7d3a1c0", "").replace("cdf818194e3a8c32", cluster);
                String taken = NOW.minus(Duration.ofHours(name.equals("first") ? 3 : 2))
                        .toString();
                Snapshot each =
                        Snapshot.parse(json.replace(one.taken(), taken), "").named(name + cluster);
                kept.add(new Kept(each.name(), each, ""));
            }
        }
        assertThat(left(kept, new Retention(1, 0, 0)))
                .containsExactlyInAnyOrder("secondaa", "secondbb", "first", "second");
    }

    @Test
    void one_that_would_keep_nothing_is_refused() {
        assertThatThrownBy(() -> new Retention(0, 5, 5)).isInstanceOf(IllegalArgumentException.class);
    }
}
