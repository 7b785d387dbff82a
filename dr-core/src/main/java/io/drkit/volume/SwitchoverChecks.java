package io.drkit.volume;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.workload.QuiescePlan;
import io.drkit.workload.Workload;
import io.drkit.workload.WorkloadQuiescer;
import java.util.List;
import java.util.stream.Collectors;

/** What must hold before a {@link PvcSwitchover} goes on; each refuses in one sentence. */
final class SwitchoverChecks {

    private final PvcReplicator replicator;
    private final WorkloadQuiescer source;
    private final WorkloadQuiescer destination;

    SwitchoverChecks(PvcReplicator replicator, WorkloadQuiescer source, WorkloadQuiescer destination) {
        this.replicator = replicator;
        this.source = source;
        this.destination = destination;
    }

    void requireProtected(List<ReplicationStatus> statuses) {
        String unprotected = statuses.stream()
                .filter(status -> status.phase() == ReplicationPhase.UNPROTECTED)
                .map(status -> status.claim().name())
                .collect(Collectors.joining(", "));
        if (!unprotected.isEmpty()) {
            throw new UnsafeToProceedException(unprotected + " is not replicated from " + replicator.source() + " to "
                    + replicator.destination() + "; nothing was changed. Protect it first.");
        }
    }

    void requireKnown(List<ReplicationStatus> statuses) {
        for (ReplicationStatus status : statuses) {
            if (status.phase() == ReplicationPhase.UNKNOWN) {
                throw new SiteUnreachableException("It cannot be told whether the " + status.claim()
                        + " was moved, and nothing was changed: " + String.join(" ", status.notes()));
            }
        }
    }

    /** What mounts these claims mounts no other that is still replicated: it would be started on both kinds. */
    void requireWhole(QuiescePlan plan) {
        for (Workload workload : plan.workloads()) {
            for (String other : workload.mounts()) {
                if (plan.claimNames().contains(other)) {
                    continue;
                }
                ReplicationPhase phase = replicator
                        .status(new Claim(plan.claims().namespace(), other))
                        .phase();
                if (phase != ReplicationPhase.UNPROTECTED && phase != ReplicationPhase.SWITCHED) {
                    throw new UnsafeToProceedException(
                            workload + " mounts claim " + other
                                    + " too, which is replicated and was not named; nothing was changed. Name all claims of an application at once.");
                }
            }
        }
    }

    /** @throws UnsafeToProceedException when something runs at the source that writes to what is moved, or was */
    void requireStopped(List<Claim> claims) {
        List<String> users = source.look(PvcSwitchover.named(claims)).users();
        if (!users.isEmpty()) {
            throw new UnsafeToProceedException("At " + replicator.source() + " " + String.join(", ", users)
                    + " runs and writes to claims that are being moved, or were, to " + replicator.destination()
                    + ": stop it there, and see whether what it wrote since is needed.");
        }
    }

    void requireUnused(List<Claim> claims) {
        if (claims.isEmpty()) {
            return;
        }
        QuiescePlan plan = destination.look(PvcSwitchover.named(claims));
        List<String> users = plan.users();
        if (!users.isEmpty()) {
            throw new UnsafeToProceedException(
                    "At " + replicator.destination() + " the " + plan.claims() + " is in use by "
                            + String.join(", ", users)
                            + ", where replicated data is about to come; nothing was changed. Stop it first.");
        }
    }
}
