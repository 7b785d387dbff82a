package io.drkit.volsync;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.drkit.volume.RecoveryPoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a site remembers of a claim, for the other site may not be there to be asked.
 *
 * @param epoch goes up with each move from site to site: of two sites that both take theirs for the active one, the higher is right
 * @param claimUid of this site's claim when it was protected, or made ready to receive; that of a claim that was made anew is another
 * @param sourceUid at a destination, of the claim that is sent to it: the source may have lost its own record with its claim
 * @param points what this site holds as a destination, newest first
 * @param workloads what mounted the claim at the source, and how many replicas
 * @param restoring the snapshot that a failover under way goes back to
 * @param accepted the snapshot with which a person accepted that the source has shrunk: earlier ones are no measure any more
 * @param sent the source's last complete sync, as it was seen last
 * @param sentBefore the one before it. That the last is complete proves that this one has been kept here: the receiver listens again only
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
        @Nullable String sourceUid,
        List<Point> points,
        Map<String, Integer> workloads,
        @Nullable String restoring,
        @Nullable String accepted,
        @Nullable Sent sent,
        @Nullable Sent sentBefore,
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

        /** As it is said of a source that has shrunk. */
        String size() {
            return bytes == null ? "an unknown size" : bytes + " bytes";
        }

        RecoveryPoint recoveryPoint() {
            return new RecoveryPoint(asOf == null ? null : Instant.parse(asOf), image, bytes);
        }
    }

    /**
     * A sync as its source tells of it.
     *
     * @param start an instant, to the second
     * @param bytes how much there was at the source; null when the mover did not tell
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Sent(String start, @Nullable Long bytes) {

        Instant began() {
            return Instant.parse(start);
        }
    }

    static final SiteRecord EMPTY =
            new SiteRecord(Role.NONE, 0, null, null, List.of(), Map.of(), null, null, null, null, null, false);

    /** Starts are known to the second, and rounded to be earlier: so much earlier the later of two may seem. */
    static final Duration ROUNDING = Duration.ofSeconds(2);

    SiteRecord {
        points = points == null ? List.of() : List.copyOf(points);
        workloads = workloads == null ? Map.of() : new TreeMap<>(workloads);
    }

    /** What of a sync was seen before, and what was accepted, holds within an epoch only. */
    SiteRecord as(Role role, long epoch, @Nullable String claimUid) {
        return with(next -> {
            next.role = role;
            next.epoch = epoch;
            next.claimUid = claimUid;
            next.sourceUid = null;
            next.restoring = null;
            if (epoch != this.epoch) {
                next.accepted = null;
                next.sent = null;
                next.sentBefore = null;
                next.handedOver = false;
            }
        });
    }

    /** As one that receives what this claim of the other site holds. */
    SiteRecord from(String sourceUid) {
        return with(next -> next.sourceUid = sourceUid);
    }

    SiteRecord withPoints(List<Point> points) {
        return with(next -> next.points = points);
    }

    /** The point in front, or in its place if it is known already. */
    SiteRecord with(Point point) {
        List<Point> all = new ArrayList<>(points);
        all.removeIf(known -> known.image().equals(point.image()));
        all.add(0, point);
        return withPoints(all);
    }

    SiteRecord with(Map<String, Integer> workloads) {
        return workloads.isEmpty() ? this : with(next -> next.workloads = workloads);
    }

    SiteRecord restoring(String image) {
        return with(next -> next.restoring = image);
    }

    SiteRecord accepted(String image) {
        return with(next -> next.accepted = image);
    }

    /**
     * What the source's last complete sync was. One that began much earlier than what is known tells that the source's clock was ahead, or was read before
     * somebody else knew more: either way nothing later is certain any more.
     */
    SiteRecord seen(@Nullable Sent now) {
        if (now == null || now.equals(sent)) {
            return this;
        }
        if (sent == null || now.began().isAfter(sent.began())) {
            return with(now, sent);
        }
        return now.began().isBefore(sent.began().minus(ROUNDING)) ? with(now, null) : this;
    }

    private SiteRecord with(Sent last, @Nullable Sent before) {
        return with(next -> {
            next.sent = last;
            next.sentBefore = before;
        });
    }

    SiteRecord made(@Nullable String uid) {
        return with(next -> next.madeUid = uid);
    }

    SiteRecord afterFinalSync() {
        return with(next -> next.handedOver = true);
    }

    private SiteRecord with(Consumer<Draft> change) {
        Draft next = new Draft(this);
        change.accept(next);
        return new SiteRecord(
                next.role,
                next.epoch,
                next.claimUid,
                next.sourceUid,
                next.points,
                next.workloads,
                next.restoring,
                next.accepted,
                next.sent,
                next.sentBefore,
                next.madeUid,
                next.handedOver);
    }

    /** The same while it is changed. */
    private static final class Draft {
        Role role;
        long epoch;

        @Nullable String claimUid;

        @Nullable String sourceUid;

        List<Point> points;
        Map<String, Integer> workloads;

        @Nullable String restoring;

        @Nullable String accepted;

        @Nullable Sent sent;

        @Nullable Sent sentBefore;

        @Nullable String madeUid;

        boolean handedOver;

        Draft(SiteRecord record) {
            role = record.role;
            epoch = record.epoch;
            claimUid = record.claimUid;
            sourceUid = record.sourceUid;
            points = record.points;
            workloads = record.workloads;
            restoring = record.restoring;
            accepted = record.accepted;
            sent = record.sent;
            sentBefore = record.sentBefore;
            madeUid = record.madeUid;
            handedOver = record.handedOver;
        }
    }

    /** Of {@link #current} those by which it is judged whether the source has shrunk. */
    List<Point> measures() {
        List<Point> measures = new ArrayList<>();
        for (Point point : current()) {
            measures.add(point);
            if (point.image().equals(accepted)) {
                break;
            }
        }
        return measures;
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
