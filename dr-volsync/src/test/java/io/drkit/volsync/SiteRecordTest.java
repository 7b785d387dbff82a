package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.volsync.SiteRecord.Point;
import io.drkit.volsync.SiteRecord.Role;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a site remembers never states more than is known. */
class SiteRecordTest {

    private static final Instant FIRST = Instant.parse("2026-11-30T02:00:00Z");
    private static final Instant SECOND = FIRST.plusSeconds(900);

    @Test
    void what_is_proved_is_the_sync_before_the_last() {
        SiteRecord record = SiteRecord.EMPTY.seen(FIRST);
        assertThat(record.sentBefore()).isNull();
        record = record.seen(SECOND).seen(SECOND);
        assertThat(record.sentBefore()).isEqualTo(FIRST.toString());
    }

    @Test
    void a_look_that_comes_late_proves_nothing() {
        SiteRecord record = SiteRecord.EMPTY.seen(FIRST).seen(SECOND).seen(FIRST);
        assertThat(record.sent()).isEqualTo(SECOND.toString());
        assertThat(record.sentBefore()).isEqualTo(FIRST.toString());
    }

    @Test
    void points_of_an_earlier_epoch_are_not_current() {
        SiteRecord record = SiteRecord.EMPTY
                .as(Role.DESTINATION, 1, "uid")
                .with(new Point("old", FIRST.toString(), 1L, 1))
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
