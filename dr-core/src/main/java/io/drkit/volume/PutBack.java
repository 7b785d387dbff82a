package io.drkit.volume;

import io.drkit.DrException;
import io.drkit.UnsafeToProceedException;
import io.drkit.workload.QuiescePlan;
import io.drkit.workload.Resumed;
import io.drkit.workload.WorkloadQuiescer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts again at the source what a migration stopped there and then failed to move. Only where it is certain that nobody has moved it meanwhile: another
 * migration may have, and an application that is down is better than one that runs at both sites. Otherwise it is said that it is down, and why.
 */
final class PutBack {

    private static final Logger LOG = LoggerFactory.getLogger(PutBack.class);

    private final PvcReplicator replicator;
    private final WorkloadQuiescer source;
    private final ManyClaims many;

    PutBack(PvcReplicator replicator, WorkloadQuiescer source, ManyClaims many) {
        this.replicator = replicator;
        this.source = source;
        this.many = many;
    }

    /** @param plan as it was before anything was stopped */
    UnsafeToProceedException after(RuntimeException cause, QuiescePlan plan) {
        LOG.warn("A migration from {} failed", replicator.source(), cause);
        String failed = cause instanceof DrException ? cause.getMessage() + " " : cause + ". ";
        try {
            return new UnsafeToProceedException(failed + whatBecame(plan));
        } catch (RuntimeException e) {
            return new UnsafeToProceedException(failed + "Whether what was stopped at " + replicator.source()
                    + " was started again there is not known: " + e.getMessage() + next());
        }
    }

    private String whatBecame(QuiescePlan plan) {
        if (plan.workloads().stream().anyMatch(workload -> workload.before().isPresent())) {
            return staysDown("some of it was stopped for this before.");
        }
        List<Claim> claims = PvcSwitchover.claims(plan);
        List<String> doubts = doubts(many.each(claims, "", replicator::status).values());
        if (!doubts.isEmpty()) {
            return staysDown(String.join(" ", doubts));
        }
        Resumed back = source.resume(PvcSwitchover.named(claims));
        List<String> said = new ArrayList<>();
        said.add("Nothing was moved, and the application was started again at " + replicator.source() + ": "
                + back.workloads() + ".");
        said.addAll(back.leftAlone());
        try {
            // Their schedules rest since the final sync.
            many.each(claims, "", claim -> replicator.record(claim, new TreeMap<>()));
        } catch (RuntimeException e) {
            LOG.warn("Schedules rest", e);
            said.add("Schedules rest until it is recorded or protected again: " + e.getMessage());
        }
        return String.join(" ", said);
    }

    private List<String> doubts(Collection<ReplicationStatus> statuses) {
        return statuses.stream()
                .filter(status -> !isStillHere(status))
                .map(this::doubt)
                .toList();
    }

    private static boolean isStillHere(ReplicationStatus status) {
        return switch (status.phase()) {
            case STARTING, IDLE, SYNCING -> true;
            // A sync may fail and leave everything in place. A hand-over takes away first what could tell of syncs.
            case FAILING -> status.lastSync() != null || status.nextSync() != null;
            case UNPROTECTED, UNKNOWN, SWITCHED -> false;
        };
    }

    private String doubt(ReplicationStatus status) {
        String said = switch (status.phase()) {
            case SWITCHED -> " was moved to " + replicator.destination() + ".";
            case UNKNOWN -> " may have been moved to " + replicator.destination() + " meanwhile.";
            default -> " is not wholly replicated any more, and may be about to be moved.";
        };
        return "the " + status.claim() + said
                + (status.notes().isEmpty() ? "" : " " + String.join(" ", status.notes()));
    }

    private String staysDown(String why) {
        return "What was stopped at " + replicator.source()
                + " was not started again there, so the application is down there unless somebody else started it: "
                + why + next();
    }

    private String next() {
        return " Migrate again when both sites answer, and it goes on from there; or, if it is certain that it was not moved, start it at "
                + replicator.source() + " by hand.";
    }
}
