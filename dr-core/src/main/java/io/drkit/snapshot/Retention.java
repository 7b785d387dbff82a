package io.drkit.snapshot;

import io.drkit.snapshot.SnapshotStore.Kept;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which snapshots are worth their space: the newest ones, the newest of each of the latest hours, and of each of the latest days (in UTC) of which there
 * is one. Each site's are counted by themselves, and those of a site without identity by its cluster. Never dropped, and never counted: what looks
 * damaged, for a person should see it; what was taken later than now, for then a clock was wrong and nobody knows how old it is; and what tells neither
 * site nor cluster, for nobody knows whose it is.
 *
 * @param last how many of the newest are kept; at least 1
 * @param hourly for how many hours
 * @param daily for how many days
 */
public record Retention(int last, int hourly, int daily) {

    /** The last 5, 24 hours, 7 days. */
    public static final Retention DEFAULT = new Retention(5, 24, 7);

    /** Nothing is dropped. */
    public static final Retention ALL = new Retention(Integer.MAX_VALUE, 0, 0);

    /** @throws IllegalArgumentException when nothing would be kept */
    public Retention {
        if (last < 1 || hourly < 0 || daily < 0) {
            throw new IllegalArgumentException(
                    "A retention keeps at least the last snapshot, and no negative number of them.");
        }
    }

    /** Those of {@code kept} that may go, oldest first. */
    public List<Snapshot> dropped(List<Kept> kept, Instant now) {
        List<Snapshot> counted = kept.stream()
                .flatMap(each -> each.sound().stream())
                .filter(snapshot -> !snapshot.instant().isAfter(now))
                .filter(snapshot -> !origin(snapshot).isEmpty())
                .sorted(Comparator.comparing(Snapshot::instant))
                .toList();
        Set<String> worth = new HashSet<>();
        counted.stream()
                .map(Retention::origin)
                .distinct()
                .forEach(site -> keep(
                        counted.stream()
                                .filter(each -> origin(each).equals(site))
                                .toList(),
                        worth));
        return counted.stream().filter(each -> !worth.contains(each.name())).toList();
    }

    private static String origin(Snapshot snapshot) {
        return snapshot.siteId().isEmpty() ? snapshot.clusterId() : snapshot.siteId();
    }

    private void keep(List<Snapshot> ofOneSite, Set<String> worth) {
        Set<Instant> hours = new HashSet<>();
        Set<Instant> days = new HashSet<>();
        int newer = 0;
        for (int i = ofOneSite.size() - 1; i >= 0; i--) {
            Snapshot each = ofOneSite.get(i);
            Instant hour = each.instant().truncatedTo(ChronoUnit.HOURS);
            Instant day = each.instant().truncatedTo(ChronoUnit.DAYS);
            boolean ofItsHour = hours.size() < hourly && hours.add(hour);
            boolean ofItsDay = days.size() < daily && days.add(day);
            if (newer < last || ofItsHour || ofItsDay) {
                worth.add(each.name());
            }
            newer++;
        }
    }
}
