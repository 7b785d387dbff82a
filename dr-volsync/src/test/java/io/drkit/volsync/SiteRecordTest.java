package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.volsync.SiteRecord.Point;
import io.drkit.volsync.SiteRecord.Role;
import io.drkit.volsync.SiteRecord.Sent;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a site remembers never states more than is known. */
class SiteRecordTest {

    private static final Instant BEGIN = Instant.parse("2026-11-30T02:00:00Z");
    private static final Sent FIRST = new Sent(BEGIN.toString(), 7L);
    private static final Sent SECOND = new Sent(BEGIN.plusSeconds(900).toString(), 8L);

    @Test
    void what_is_proved_is_the_sync_before_the_last() {
        SiteRecord record = SiteRecord.EMPTY.seen(FIRST);
        assertThat(record.sentBefore()).isNull();
        record = record.seen(SECOND).seen(SECOND);
        assertThat(record.sentBefore()).isEqualTo(FIRST);
    }

    @Test
    void a_look_that_comes_late_proves_nothing_nor_does_a_clock_that_went_back() {
        SiteRecord record = SiteRecord.EMPTY.seen(FIRST).seen(SECOND).seen(FIRST);
        assertThat(record.sent()).isEqualTo(FIRST);
        assertThat(record.sentBefore()).isNull();
        assertThat(record.seen(SECOND).sentBefore()).isEqualTo(FIRST);
    }

    @Test
    void a_start_that_is_earlier_by_rounding_alone_is_no_news() {
        SiteRecord record = SiteRecord.EMPTY.seen(FIRST).seen(SECOND);
        Sent rounded = new Sent(BEGIN.plusSeconds(899).toString(), 8L);
        assertThat(record.seen(rounded)).isEqualTo(record);
    }

    @Test
    void what_came_before_an_accepted_shrinking_is_no_measure() {
        SiteRecord record = SiteRecord.EMPTY
                .with(new Point("full", null, 9L, 0))
                .with(new Point("emptied", null, 0L, 0))
                .accepted("emptied")
                .with(new Point("newest", null, 0L, 0));
        assertThat(record.measures()).extracting(Point::image).containsExactly("newest", "emptied");
    }

    @Test
    void points_of_an_earlier_epoch_are_not_current() {
        SiteRecord record = SiteRecord.EMPTY
                .as(Role.DESTINATION, 1, "uid")
                .with(new Point("old", FIRST.start(), 1L, 1))
                .as(Role.DESTINATION, 2, "uid");
        assertThat(record.points()).hasSize(1);
        assertThat(record.current()).isEmpty();
        assertThat(record.with(new Point("new", null, null, 2)).current())
                .extracting(Point::image)
                .isEqualTo(List.of("new"));
    }

    @Test
    void of_two_that_take_themselves_for_the_active_one_the_later_epoch_is_right() {
        SiteRecord old = SiteRecord.EMPTY.as(Role.SOURCE, 1, "uid");
        SiteRecord moved = SiteRecord.EMPTY.as(Role.ACTIVE, 2, "uid");
        assertThat(moved.isActiveAgainst(old)).isTrue();
        assertThat(old.isActiveAgainst(moved)).isFalse();
        assertThat(old.isActiveAgainst(old)).isFalse();
    }
}
