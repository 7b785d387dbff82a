package io.drkit.volume;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.workload.Claims;
import io.drkit.workload.QuiescePlan;
import io.drkit.workload.Resumed;
import io.drkit.workload.Workload;
import io.drkit.workload.WorkloadQuiescer;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves applications with all their claims from one site to the other: planned migration, failover and failback, each with the workloads stopped before
 * the data is moved and started after it. Name all claims of an application at once, for its workloads are stopped and started as a whole.
 *
 * <p>Every flow may be killed anywhere, and goes on when it is run again: each step looks whether it is done already. Until the first claim is handed
 * over, a migration that fails starts again what it stopped, as long as both sites answer and say that nobody else has moved it. Throws as {@link
 * PvcReplicator} and {@link WorkloadQuiescer} do. Thread-safe, but two flows over the same claims at a time get into each other's way.
 */
public final class PvcSwitchover {

    private static final Logger LOG = LoggerFactory.getLogger(PvcSwitchover.class);

    private final PvcReplicator replicator;
    private final WorkloadQuiescer source;
    private final WorkloadQuiescer destination;
    private final SwitchoverOptions options;
    private final ClaimProgress progress;
    private final Clock clock;
    private final ManyClaims many;
    private final SwitchoverChecks checks;

    /**
     * @param source stops and starts workloads at the replicator's source
     * @param destination and at its destination
     */
    public PvcSwitchover(
            PvcReplicator replicator,
            WorkloadQuiescer source,
            WorkloadQuiescer destination,
            SwitchoverOptions options,
            ClaimProgress progress) {
        this(replicator, source, destination, options, progress, Clock.systemUTC());
    }

    /** @param clock tells ages and durations in the reports */
    public PvcSwitchover(
            PvcReplicator replicator,
            WorkloadQuiescer source,
            WorkloadQuiescer destination,
            SwitchoverOptions options,
            ClaimProgress progress,
            Clock clock) {
        this.replicator = replicator;
        this.source = source;
        this.destination = destination;
        this.options = options;
        this.progress = progress;
        this.clock = clock;
        this.many = new ManyClaims(options.parallel(), progress);
        this.checks = new SwitchoverChecks(replicator, source, destination);
    }

    /** The same, the other way round. */
    public PvcSwitchover reversed() {
        return new PvcSwitchover(replicator.reversed(), destination, source, options, progress, clock);
    }

    /** Protects claims, and records which workloads belong to them. Waits for no sync. */
    public SortedMap<String, ReplicationStatus> protect(Claims claims) {
        QuiescePlan plan = source.look(claims);
        return many.each(claims(plan), "protecting", claim -> {
            replicator.protect(claim);
            replicator.record(claim, replicas(plan, claim));
            return replicator.status(claim);
        });
    }

    /** How it stands with claims. A selector is looked up at the source, or at the destination where the source does not answer. */
    public SortedMap<String, ReplicationStatus> status(Claims claims) {
        return many.each(anywhere(claims), "", replicator::status);
    }

    /** Syncs claims once, and records at the destination what that brought and which workloads belong to it. */
    public SortedMap<String, RecoveryPoint> sync(Claims claims) {
        QuiescePlan plan = source.look(claims);
        return many.each(claims(plan), "syncing", claim -> {
            RecoveryPoint point = replicator.sync(claim);
            replicator.record(claim, replicas(plan, claim));
            return point;
        });
    }

    /** Records at the destination what scheduled syncs brought, as {@link PvcReplicator#record} says. A claim without one yet is left out. */
    public SortedMap<String, RecoveryPoint> record(Claims claims) {
        QuiescePlan plan = source.look(claims);
        SortedMap<String, RecoveryPoint> points = new TreeMap<>();
        many.each(claims(plan), "recording", claim -> replicator.record(claim, replicas(plan, claim)))
                .forEach((name, point) -> point.ifPresent(known -> points.put(name, known)));
        return points;
    }

    /** Ends the protection of claims. */
    public void unprotect(Claims claims) {
        many.each(anywhere(claims), "ending the protection", claim -> {
            replicator.unprotect(claim);
            return claim;
        });
    }

    /**
     * A planned migration, which loses nothing: stops the application at the source, syncs what it last wrote, ends the replication, starts it at the
     * destination, and sets up the replication back.
     *
     * @throws UnsafeToProceedException before anything is changed, when a claim is not protected, or in use at the destination, or its workloads cannot
     *     be stopped; and when it fails after that, with the application started again at the source, or a word on why it is down
     */
    public SwitchoverReport migrate(Claims claims) {
        QuiescePlan plan = source.look(claims);
        Claims named = Claims.named(claims.namespace(), plan.claimNames());
        List<ReplicationStatus> statuses = statuses(claims(plan));
        checks.requireKnown(statuses);
        checks.requireProtected(statuses);
        checks.requireWhole(plan);
        List<Claim> open = notSwitched(statuses);
        if (open.size() < statuses.size()) {
            checks.requireStopped(claims(plan));
        }
        checks.requireUnused(open);
        many.each(open, "", claim -> {
            replicator.checkSource(claim);
            return claim;
        });

        Instant begun = clock.instant();
        SortedMap<String, RecoveryPoint> points = moveData(plan, open);
        // Somebody who did not see the hand-over yet may have started it meanwhile.
        checks.requireStopped(claims(plan));
        List<String> before = new ArrayList<>();
        for (ReplicationStatus status : statuses) {
            if (points.putIfAbsent(status.claim().name(), status.recoveryPoint()) == null) {
                before.add(status.claim().name());
            }
        }
        Resumed started = start(named, replicas(plan, null));
        Instant finished = clock.instant();
        List<String> notes = new ArrayList<>(started.leftAlone());
        if (!before.isEmpty()) {
            notes.add(String.join(", ", before) + " was moved to "
                    + replicator.destination() + " before this run, and nothing tells whether "
                    + replicator.source() + " wrote to it after that; what it wrote is not there.");
        }
        if (options.reverse()) {
            notes.addAll(protectBack(claims(plan)));
        }
        return new SwitchoverReport(points, begun, finished, before.isEmpty(), started.workloads(), notes);
    }

    /** Up to where nothing writes at the source any more and nothing can be pushed from there. If that fails, what was stopped goes on where it was. */
    private SortedMap<String, RecoveryPoint> moveData(QuiescePlan plan, List<Claim> open) {
        try {
            stop(open);
            SortedMap<String, RecoveryPoint> points = many.each(open, "final sync", claim -> {
                replicator.protect(claim);
                return replicator.finalSync(claim);
            });
            many.each(claims(plan), "handing over", claim -> {
                if (open.contains(claim)) {
                    // GitOps, an autoscaler or a person may have started it meanwhile.
                    checks.requireStopped(List.of(claim));
                }
                replicator.handOver(claim);
                return claim;
            });
            return points;
        } catch (RuntimeException e) {
            if (open.isEmpty() || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            throw new PutBack(replicator, source, many).after(e, plan);
        }
    }

    /** What is not replicated back is told, and does not undo what was done. */
    private List<String> protectBack(List<Claim> claims) {
        PvcReplicator back = replicator.reversed();
        try {
            many.each(claims, "protecting the other way", back::protect);
            return List.of();
        } catch (DrException e) {
            LOG.warn("Not replicated back", e);
            return List.of("Not everything is replicated back to " + replicator.source() + " yet: " + e.getMessage());
        }
    }

    /** A {@linkplain #failover(Claims, Map) failover} to the newest that the destination holds. */
    public SwitchoverReport failover(Claims claims) {
        return failover(claims, Map.of());
    }

    /**
     * A failover, without asking the source: makes the destination's claims what they last held complete, shuts the source out, and starts the
     * application there. What was written since is lost: see {@link SwitchoverReport#recoveryPointObjective}.
     *
     * @param images snapshots by the claim's name, to go back to another moment than the newest
     * @throws IllegalArgumentException when an image is of a claim that is not meant
     */
    public SwitchoverReport failover(Claims claims, Map<String, String> images) {
        QuiescePlan plan = destination.look(claims);
        Claims named = Claims.named(claims.namespace(), plan.claimNames());
        requireMeant(plan, images);
        List<ReplicationStatus> statuses = statuses(claims(plan));
        checks.requireProtected(statuses);
        checks.requireWhole(plan);
        checks.requireUnused(notSwitched(statuses));
        Instant begun = clock.instant();
        SortedMap<String, RecoveryPoint> points = many.each(
                claims(plan), "restoring", claim -> replicator.restore(claim, images.getOrDefault(claim.name(), "")));
        SortedMap<String, Integer> workloads = new TreeMap<>();
        statuses(claims(plan)).forEach(status -> workloads.putAll(status.workloads()));
        Resumed started = start(named, workloads);
        List<String> notes = new ArrayList<>(started.leftAlone());
        if (started.workloads().isEmpty() && destination.look(named).isQuiet()) {
            notes.add(
                    "Nothing was started at " + replicator.destination()
                            + ": it is not known there what mounts these claims, or how many replicas it had. Start it by hand.");
        }
        return new SwitchoverReport(points, begun, clock.instant(), false, started.workloads(), notes);
    }

    /**
     * Back again after the source has come back: stops what still runs there, protects the claims from the destination to the source, and migrates them.
     * What the old source wrote and never synced is kept there as a snapshot.
     *
     * <p>Claims that are back already, or never left, are left as they are.
     *
     * @throws UnsafeToProceedException also when a claim is not replicated at all
     */
    public SwitchoverReport failback(Claims claims) {
        PvcSwitchover back = reversed();
        QuiescePlan plan = back.source.look(claims);
        List<Claim> open = notSwitched(back.statuses(claims(plan)));
        for (Claim claim : open) {
            ReplicationStatus status = replicator.status(claim);
            if (status.phase() != ReplicationPhase.SWITCHED) {
                throw new UnsafeToProceedException("The " + claim + " is not known to have been moved to "
                        + replicator.destination()
                        + ", so it cannot come back from there; nothing was changed. Are the two sides swapped? "
                        + String.join(" ", status.notes()));
            }
        }
        if (!open.isEmpty()) {
            if (!source.look(named(open)).users().isEmpty()) {
                stop(open);
            }
            back.many.each(open, "syncing back", claim -> {
                back.replicator.protect(claim);
                // The bulk goes over while the application still runs.
                return back.replicator.sync(claim);
            });
        }
        return back.migrate(Claims.named(claims.namespace(), plan.claimNames()));
    }

    /** What {@link #migrate} would do now, and why it would be refused. Changes nothing. */
    public SwitchoverPlan planMigrate(Claims claims) {
        return planner().migrate(claims);
    }

    /** The same of {@link #failover(Claims, Map)}; the source may be silent. */
    public SwitchoverPlan planFailover(Claims claims, Map<String, String> images) {
        requireMeant(destination.look(claims), images);
        return planner().failover(claims, images);
    }

    /** The same of {@link #failback}. */
    public SwitchoverPlan planFailback(Claims claims) {
        return planner().failback(claims);
    }

    private SwitchoverPlanner planner() {
        return new SwitchoverPlanner(replicator, source, destination, many, clock.instant());
    }

    private static void requireMeant(QuiescePlan plan, Map<String, String> images) {
        for (String claim : images.keySet()) {
            if (!plan.claimNames().contains(claim)) {
                throw new IllegalArgumentException(
                        "A snapshot is given of claim " + claim + ", which is not one of " + plan.claimNames() + ".");
            }
        }
    }

    private void stop(List<Claim> claims) {
        if (!claims.isEmpty()) {
            progress.at("stopping the application at " + replicator.source(), 0, 0);
            source.quiesce(named(claims), options.quiesceTimeout());
        }
    }

    private Resumed start(Claims named, SortedMap<String, Integer> workloads) {
        progress.at("starting the application at " + replicator.destination(), 0, 0);
        return destination.resume(named, workloads);
    }

    private List<ReplicationStatus> statuses(Collection<Claim> claims) {
        return List.copyOf(many.each(claims, "", replicator::status).values());
    }

    static List<Claim> notSwitched(Collection<ReplicationStatus> statuses) {
        return statuses.stream()
                .filter(status -> status.phase() != ReplicationPhase.SWITCHED)
                .map(ReplicationStatus::claim)
                .toList();
    }

    private List<Claim> anywhere(Claims claims) {
        if (!claims.names().isEmpty()) {
            return claims.names().stream()
                    .map(name -> new Claim(claims.namespace(), name))
                    .toList();
        }
        try {
            return claims(source.look(claims));
        } catch (SiteUnreachableException e) {
            return claims(destination.look(claims));
        }
    }

    /** @param claims at least one, of one namespace */
    static Claims named(List<Claim> claims) {
        return Claims.named(
                claims.get(0).namespace(), claims.stream().map(Claim::name).toList());
    }

    static List<Claim> claims(QuiescePlan plan) {
        return plan.claimNames().stream()
                .map(name -> new Claim(plan.claims().namespace(), name))
                .toList();
    }

    /** What mounts a claim, or any of them, and how many replicas it has when it is not quiesced. */
    static SortedMap<String, Integer> replicas(QuiescePlan plan, @Nullable Claim claim) {
        SortedMap<String, Integer> replicas = new TreeMap<>();
        for (Workload workload : plan.workloads()) {
            if (claim == null || workload.claims().contains(claim.name())) {
                replicas.put(workload.toString(), workload.before().orElse(workload.replicas()));
            }
        }
        return replicas;
    }
}
