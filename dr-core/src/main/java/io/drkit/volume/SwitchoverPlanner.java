package io.drkit.volume;

import io.drkit.DrException;
import io.drkit.UnsafeToProceedException;
import io.drkit.workload.Claims;
import io.drkit.workload.Obstacle;
import io.drkit.workload.QuiescePlan;
import io.drkit.workload.Workload;
import io.drkit.workload.WorkloadQuiescer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Looks what a flow would do, and collects everything for which it would be refused instead of only the first. One use. */
final class SwitchoverPlanner {

    private final PvcReplicator replicator;
    private final WorkloadQuiescer source;
    private final WorkloadQuiescer destination;
    private final ManyClaims many;
    private final Instant now;
    private final SwitchoverChecks checks;
    private final SortedMap<String, RecoveryPoint> points = new TreeMap<>();
    private final SortedMap<String, Integer> stops = new TreeMap<>();
    private final SortedMap<String, Integer> starts = new TreeMap<>();
    private final Set<String> obstacles = new LinkedHashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();

    SwitchoverPlanner(
            PvcReplicator replicator,
            WorkloadQuiescer source,
            WorkloadQuiescer destination,
            ManyClaims many,
            Instant now) {
        this.replicator = replicator;
        this.source = source;
        this.destination = destination;
        this.many = many;
        this.now = now;
        this.checks = new SwitchoverChecks(replicator, source, destination);
    }

    SwitchoverPlan migrate(Claims claims) {
        QuiescePlan here = source.look(claims);
        SortedMap<String, ReplicationStatus> statuses = statuses(here);
        lookAtOpen(source, statuses).ifPresent(this::stop);
        starts.putAll(PvcSwitchover.replicas(here, null));
        statuses.values().forEach(status -> {
            points.put(status.claim().name(), status.recoveryPoint());
            requireProtected(status);
            collect(() -> checks.requireKnown(List.of(status)));
        });
        if (PvcSwitchover.notSwitched(statuses.values()).size() < statuses.size()) {
            collect(() -> checks.requireStopped(PvcSwitchover.claims(here)));
        }
        requireUnused(statuses.values());
        collect(() -> checks.requireWhole(here));
        statuses.values().stream()
                .filter(status -> status.phase() != ReplicationPhase.UNPROTECTED
                        && status.phase() != ReplicationPhase.SWITCHED
                        && status.phase() != ReplicationPhase.UNKNOWN)
                .forEach(status -> collect(() -> replicator.checkSource(status.claim())));
        return plan(statuses, true);
    }

    SwitchoverPlan failover(Claims claims, Map<String, String> images) {
        QuiescePlan there = destination.look(claims);
        SortedMap<String, ReplicationStatus> statuses = statuses(there);
        for (ReplicationStatus status : statuses.values()) {
            String image = images.getOrDefault(status.claim().name(), "");
            RecoveryPoint point = image.isEmpty() ? status.recoveryPoint() : named(status, image);
            points.put(status.claim().name(), point);
            requireProtected(status);
            if (image.isEmpty() && status.shrunken()) {
                obstacles.add("The newest snapshot of the " + status.claim() + " at " + replicator.destination()
                        + " holds much less than an earlier one. Was the source emptied? Name the snapshot to go back to, or accept "
                        + VolumeRisk.SHRUNKEN_SOURCE + ".");
            }
            if (status.phase() != ReplicationPhase.UNPROTECTED
                    && status.phase() != ReplicationPhase.SWITCHED
                    && point.image().isEmpty()) {
                obstacles.add("No sync of the " + status.claim() + " is known to have come through to "
                        + replicator.destination() + ", so there is nothing complete to restore.");
            }
            starts.putAll(status.workloads());
        }
        // A workload that is not there is mirrored by somebody else, or by nobody.
        Set<String> here = PvcSwitchover.replicas(there, null).keySet();
        starts.keySet().stream()
                .filter(workload -> !here.contains(workload))
                .forEach(workload -> notes.add(workload + " ran at " + replicator.source() + " and is not there at "
                        + replicator.destination() + ", or does not mount these claims: it would not be started."));
        starts.keySet().retainAll(here);
        there.workloads()
                .forEach(workload -> workload.before().ifPresent(before -> starts.put(workload.toString(), before)));
        requireUnused(statuses.values());
        collect(() -> checks.requireWhole(there));
        return plan(statuses, false);
    }

    /** From the destination, where the application is, to the source. */
    SwitchoverPlan failback(Claims claims) {
        QuiescePlan there = destination.look(claims);
        PvcReplicator back = replicator.reversed();
        SortedMap<String, ReplicationStatus> statuses = many.each(PvcSwitchover.claims(there), "", back::status);
        starts.putAll(PvcSwitchover.replicas(there, null));
        statuses.values().forEach(status -> {
            points.put(status.claim().name(), status.recoveryPoint());
            notes.addAll(status.notes());
        });
        for (Claim claim : PvcSwitchover.notSwitched(statuses.values())) {
            if (replicator.status(claim).phase() != ReplicationPhase.SWITCHED) {
                obstacles.add("The " + claim + " was never moved to " + replicator.destination()
                        + ", so it cannot come back from there. Are the two sides swapped?");
            }
        }
        lookAtOpen(destination, statuses).ifPresent(this::stop);
        lookAtOpen(source, statuses)
                .filter(leftover -> !leftover.users().isEmpty())
                .ifPresent(this::stop);
        return plan(statuses, true);
    }

    private void collect(Runnable check) {
        try {
            check.run();
        } catch (DrException e) {
            obstacles.add(String.valueOf(e.getMessage()));
        }
    }

    private SwitchoverPlan plan(SortedMap<String, ReplicationStatus> statuses, boolean lossless) {
        return new SwitchoverPlan(
                statuses, points, stops, starts, lossless, List.copyOf(obstacles), List.copyOf(notes), now);
    }

    private SortedMap<String, ReplicationStatus> statuses(QuiescePlan plan) {
        return many.each(PvcSwitchover.claims(plan), "", replicator::status);
    }

    private void stop(QuiescePlan plan) {
        for (Workload workload : plan.workloads()) {
            if (workload.replicas() > 0) {
                stops.put(workload.toString(), workload.replicas());
            }
            notes.addAll(workload.notes());
        }
        plan.obstacles().stream().map(Obstacle::reason).forEach(obstacles::add);
        notes.addAll(plan.notes());
    }

    private void requireProtected(ReplicationStatus status) {
        if (status.phase() == ReplicationPhase.UNPROTECTED) {
            obstacles.add("The " + status.claim() + " is not replicated from " + replicator.source() + " to "
                    + replicator.destination() + ": protect it first.");
        }
        notes.addAll(status.notes());
    }

    private void requireUnused(Collection<ReplicationStatus> statuses) {
        List<Claim> open = PvcSwitchover.notSwitched(statuses.stream()
                .filter(status -> status.phase() != ReplicationPhase.UNPROTECTED)
                .toList());
        look(destination, open)
                .filter(plan -> !plan.users().isEmpty())
                .ifPresent(plan -> obstacles.add("At "
                        + replicator.destination() + " the " + plan.claims() + " is in use by "
                        + String.join(", ", plan.users())
                        + ", where replicated data is about to come: stop it first."));
    }

    /** What has moved already is stopped nowhere. */
    private Optional<QuiescePlan> lookAtOpen(WorkloadQuiescer site, SortedMap<String, ReplicationStatus> statuses) {
        return look(site, PvcSwitchover.notSwitched(statuses.values()));
    }

    private Optional<QuiescePlan> look(WorkloadQuiescer site, List<Claim> claims) {
        if (claims.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(site.look(PvcSwitchover.named(claims)));
        } catch (UnsafeToProceedException e) {
            obstacles.add(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private RecoveryPoint named(ReplicationStatus status, String image) {
        List<RecoveryPoint> known = new ArrayList<>(status.earlier());
        known.add(0, status.recoveryPoint());
        return known.stream()
                .filter(point -> point.image().equals(image))
                .findFirst()
                .orElseGet(() -> {
                    notes.add("Snapshot " + image + " is not one that was recorded of the " + status.claim()
                            + ": whether it is there, and of what time it is, was not looked at.");
                    return new RecoveryPoint(null, image, null);
                });
    }
}
