package io.drkit.volsync;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.drkit.volume.RecoveryPoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a site remembers of a claim, for the other site may not be there to be asked.
 *
 * @param epoch goes up with each move from site to site: of two sites that both take theirs for the active one, the higher is right
 * @param claimUid of the claim that was protected; that of a claim that was made anew is another
 * @param points what this site holds as a destination, newest first
 * @param workloads what mounted the claim at the source, and how many replicas
 * @param restoring the snapshot that a failover under way goes back to
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
record SiteRecord(
        Role role,
        long epoch,
        @Nullable String claimUid,
        List<Point> points,
        Map<String, Integer> workloads,
        @Nullable String restoring) {

    enum Role {
        /** Nothing is known. */
        NONE,
        /** The application runs here, and its claim is sent to the other site. */
        SOURCE,
        DESTINATION,
        /** The application runs here, or is to, and nothing is replicated yet. */
        ACTIVE,
        /** Was the source, and the other site has everything. */
        HANDED_OVER;

        boolean isActive() {
            return this == SOURCE || this == ACTIVE;
        }
    }

    /** @param asOf an instant; null when unknown */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Point(
            String image, @Nullable String asOf, @Nullable Long bytes) {

        static Point of(RecoveryPoint point) {
            return new Point(
                    point.image(), point.asOf() == null ? null : point.asOf().toString(), point.bytes());
        }

        RecoveryPoint recoveryPoint() {
            return new RecoveryPoint(asOf == null ? null : Instant.parse(asOf), image, bytes);
        }
    }

    static final SiteRecord EMPTY = new SiteRecord(Role.NONE, 0, null, List.of(), Map.of(), null);

    SiteRecord {
        points = points == null ? List.of() : List.copyOf(points);
        workloads = workloads == null ? Map.of() : new TreeMap<>(workloads);
    }

    SiteRecord as(Role role, long epoch, @Nullable String claimUid) {
        return new SiteRecord(role, epoch, claimUid, points, workloads, null);
    }

    SiteRecord withPoints(List<Point> points) {
        return new SiteRecord(role, epoch, claimUid, points, workloads, restoring);
    }

    /** The point in front, or in its place if it is known already. */
    SiteRecord with(Point point) {
        List<Point> all = new ArrayList<>(points);
        all.removeIf(known -> known.image().equals(point.image()));
        all.add(0, point);
        return withPoints(all);
    }

    SiteRecord with(Map<String, Integer> workloads) {
        return workloads.isEmpty() ? this : new SiteRecord(role, epoch, claimUid, points, workloads, restoring);
    }

    SiteRecord restoring(@Nullable String image) {
        return new SiteRecord(role, epoch, claimUid, points, workloads, image);
    }

    @Nullable Point point(String image) {
        return points.stream()
                .filter(point -> point.image().equals(image))
                .findFirst()
                .orElse(null);
    }

    /** Whether the application is this site's, and not that of another, which remembers something else. */
    boolean isActiveAgainst(SiteRecord other) {
        return role.isActive() && (!other.role.isActive() || epoch > other.epoch);
    }
}
