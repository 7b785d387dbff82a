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
 * @param sent when the source's last complete sync began, as it was seen last
 * @param sentBefore when the one before it began. That the last is complete proves that this one has been kept here: the receiver listens again only
 *     then. Of the last itself the snapshot may be under way still
 * @param madeUid of the claim that DrKit created here for the replication, so that nothing in it is anybody else's
 * @param handedOver whether it became active here by a migration, after a final sync, and not by a failover
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
record SiteRecord(
        Role role,
        long epoch,
        @Nullable String claimUid,
        List<Point> points,
        Map<String, Integer> workloads,
        @Nullable String restoring,
        @Nullable String sent,
        @Nullable String sentBefore,
        @Nullable String madeUid,
        boolean handedOver) {

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

    /**
     * @param asOf an instant; null when unknown
     * @param epoch in which it was received: what an earlier one left is older than what the claim holds
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Point(
            String image, @Nullable String asOf, @Nullable Long bytes, long epoch) {

        static Point of(RecoveryPoint point, long epoch) {
            return new Point(
                    point.image(), point.asOf() == null ? null : point.asOf().toString(), point.bytes(), epoch);
        }

        RecoveryPoint recoveryPoint() {
            return new RecoveryPoint(asOf == null ? null : Instant.parse(asOf), image, bytes);
        }
    }

    static final SiteRecord EMPTY =
            new SiteRecord(Role.NONE, 0, null, List.of(), Map.of(), null, null, null, null, false);

    SiteRecord {
        points = points == null ? List.of() : List.copyOf(points);
        workloads = workloads == null ? Map.of() : new TreeMap<>(workloads);
    }

    SiteRecord as(Role role, long epoch, @Nullable String claimUid) {
        boolean same = epoch == this.epoch;
        return new SiteRecord(
                role,
                epoch,
                claimUid,
                points,
                workloads,
                null,
                same ? sent : null,
                same ? sentBefore : null,
                madeUid,
                same && handedOver);
    }

    SiteRecord withPoints(List<Point> points) {
        return new SiteRecord(
                role, epoch, claimUid, points, workloads, restoring, sent, sentBefore, madeUid, handedOver);
    }

    /** The point in front, or in its place if it is known already. */
    SiteRecord with(Point point) {
        List<Point> all = new ArrayList<>(points);
        all.removeIf(known -> known.image().equals(point.image()));
        all.add(0, point);
        return withPoints(all);
    }

    SiteRecord with(Map<String, Integer> workloads) {
        return workloads.isEmpty()
                ? this
                : new SiteRecord(
                        role, epoch, claimUid, points, workloads, restoring, sent, sentBefore, madeUid, handedOver);
    }

    SiteRecord restoring(@Nullable String image) {
        return new SiteRecord(role, epoch, claimUid, points, workloads, image, sent, sentBefore, madeUid, handedOver);
    }

    /** That the source's last complete sync began then. An earlier one than is known was read before somebody else knew more. */
    SiteRecord seen(@Nullable Instant start) {
        if (start == null || (sent != null && !start.isAfter(Instant.parse(sent)))) {
            return this;
        }
        return new SiteRecord(
                role, epoch, claimUid, points, workloads, restoring, start.toString(), sent, madeUid, handedOver);
    }

    SiteRecord made(@Nullable String uid) {
        return new SiteRecord(role, epoch, claimUid, points, workloads, restoring, sent, sentBefore, uid, handedOver);
    }

    SiteRecord afterFinalSync() {
        return new SiteRecord(role, epoch, claimUid, points, workloads, restoring, sent, sentBefore, madeUid, true);
    }

    /** What was received since the claim last moved, newest first. */
    List<Point> current() {
        return points.stream().filter(point -> point.epoch() == epoch).toList();
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
