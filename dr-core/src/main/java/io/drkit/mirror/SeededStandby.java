package io.drkit.mirror;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A copy of a primary's store, restored where nobody else can write to it, on its way to being a standby from which a mirror goes on where the
 * copy ends, without copying anything.
 *
 * <p>The steps, in this order: {@link #begin}; whoever holds the copy then revokes all its leases and empties {@link #surplus}; {@link #finish}.
 * The first thing that is written is the role of a standby, so that from then on the copy is nobody's primary, whatever becomes of the rest. For one
 * thread.
 */
public final class SeededStandby {

    /** So many of the copy's last revisions are looked at for a witness; only if they hold none, all keys are. */
    private static final int RECENT = 100;

    private static final int ATTEMPTS = 3;
    private static final int PAGE = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final KeyStore copy;
    private final MirrorScope scope;
    private final String mirror;
    private final Checkpoint checkpoint;
    private final long roleRevision;

    private SeededStandby(KeyStore copy, MirrorScope scope, String mirror, Checkpoint checkpoint, long roleRevision) {
        this.copy = copy;
        this.scope = scope;
        this.mirror = mirror;
        this.checkpoint = checkpoint;
        this.roleRevision = roleRevision;
    }

    /**
     * Gets to know the copy and makes it a standby, still without identity and records of its own.
     *
     * @param copy as it was restored; nothing may have been written to it since, except that leases may have run out
     * @param revision of the primary that it is a copy of
     * @param scope of the mirror that will go on from here; one that wants its whole range, such as {@link MirrorScope#all()}
     * @param mirror its name
     * @param primary the living primary, where it can be reached: it is then made sure that the copy is of it; it gets an identity if it has none
     * @throws UnsafeToProceedException when the copy cannot become a standby of that primary, and why
     * @throws SiteUnreachableException when either store does not answer
     */
    public static SeededStandby begin(
            KeyStore copy, long revision, MirrorScope scope, String mirror, Optional<KeyStore> primary) {
        MirrorOptions.builder().name(mirror).build();
        if (scope.standbyIsAlive() || scope.readsValues()) {
            throw new IllegalArgumentException("A standby cannot be seeded for scope " + scope.name()
                    + ", which leaves out keys of its range. Seed it for scope all, with its control plane stopped.");
        }
        Origin origin = Origin.of(copy, primary);
        long keys = copy.range(RangeRequest.of(scope.range(), revision, 1).onlyKeys())
                .count();
        long roleRevision = write(copy, List.of(), List.of(Site.standbyRecord(origin.epoch())));
        Checkpoint checkpoint = new Checkpoint(
                origin.siteId(),
                origin.epoch(),
                scope.name(),
                scope.range().start(),
                scope.range().end(),
                revision,
                0,
                null,
                revision,
                false,
                revision,
                keys,
                0,
                primary.map(living -> living.status().logIndex()).orElse(0L),
                0,
                witness(copy, scope, revision).map(History::witness).orElse(null));
        primary.flatMap(living -> History.contradicts(living, checkpoint)).ifPresent(why -> {
            throw new UnsafeToProceedException("The snapshot is not of the history that "
                    + primary.map(KeyStore::name).orElse("") + " has now: " + why
                    + ". Take a new one of that primary, and seed from it.");
        });
        return new SeededStandby(copy, scope, mirror, checkpoint, roleRevision);
    }

    /** Whose copy it is. */
    private record Origin(String siteId, long epoch) {

        static Origin of(KeyStore copy, Optional<KeyStore> primary) {
            Optional<String> recorded = Site.at(copy).identity();
            Optional<SiteRole> role = primary.isPresent()
                    ? Site.at(primary.get()).role()
                    : Site.at(copy).role();
            role.filter(found -> found.role() == Role.STANDBY).ifPresent(found -> {
                throw new UnsafeToProceedException(primary.map(living -> "The site " + living.name() + " is ")
                                .orElse("The snapshot is of a site that was ")
                        + found + ", and a standby is seeded from its primary. Take the snapshot there.");
            });
            Optional<String> there = primary.flatMap(living -> Site.at(living).identity());
            if (primary.isPresent() && recorded.isPresent() && !recorded.equals(there)) {
                throw new UnsafeToProceedException("The snapshot is of site " + recorded.get() + ", and "
                        + primary.get().name() + " is "
                        + there.map(id -> "site " + id).orElse("one without identity")
                        + ". Take one of the primary that the standby is to follow.");
            }
            String id = recorded.or(() -> primary.map(living -> Site.at(living).identify()))
                    .orElseThrow(
                            () -> new UnsafeToProceedException(
                                    "The snapshot does not tell of which site it is, for that had no identity yet. Name the living"
                                            + " primary as well, which then gets one, or start a mirror from it once and take another snapshot."));
            return new Origin(id, role.map(SiteRole::epoch).orElse(1L));
        }
    }

    /** The newest change in scope: of all changes it tells best which history this is. To be called once something was written after {@code revision}. */
    private static Optional<KeyValue> witness(KeyStore copy, MirrorScope scope, long revision) {
        return recent(copy, scope, revision).or(() -> newestOfAll(copy, scope, revision));
    }

    private static Optional<KeyValue> recent(KeyStore copy, MirrorScope scope, long revision) {
        long from = Math.max(1, revision - RECENT);
        for (int attempt = 1; ; attempt++) {
            try {
                return since(copy, scope, from, revision);
            } catch (CompactedException e) {
                if (e.compactRevision() <= from) {
                    return Optional.empty();
                }
                from = e.compactRevision();
            } catch (SiteUnreachableException e) {
                // A watch may end for what it has to tell at once; the next one is told in parts.
                if (attempt == ATTEMPTS || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
    }

    private static Optional<KeyValue> since(KeyStore copy, MirrorScope scope, long from, long revision) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        KeyValue newest = null;
        try (Watch watch = copy.watch(KeyRange.ALL, from)) {
            while (System.nanoTime() - deadline < 0) {
                if (!(watch.next(Duration.ofSeconds(1)) instanceof WatchSignal.Events events)) {
                    continue;
                }
                for (WatchEvent event : events.events()) {
                    if (event.revision() > revision) {
                        return Optional.ofNullable(newest);
                    }
                    if (event.type() == WatchEvent.Type.PUT && scope.holds(event.entry())) {
                        newest = event.entry();
                    } else if (newest != null && newest.key().equals(event.key())) {
                        newest = null;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException("Preparing a standby was interrupted.", e);
        }
        throw new SiteUnreachableException(copy.name() + " did not tell its last changes in time.");
    }

    private static Optional<KeyValue> newestOfAll(KeyStore copy, MirrorScope scope, long revision) {
        Scan scan =
                new Scan(copy, RangeRequest.of(scope.range(), revision, PAGE).onlyKeys());
        KeyValue newest = null;
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            if (scope.holds(entry) && (newest == null || entry.modRevision() > newest.modRevision())) {
                newest = entry;
            }
        }
        return Optional.ofNullable(newest)
                .flatMap(entry -> copy
                        .range(RangeRequest.of(
                                new KeyRange(entry.key(), entry.key().successor()), revision, 1))
                        .entries()
                        .stream()
                        .findFirst());
    }

    /** What does not belong on the standby, all of which is to be deleted: keys that are not mirrored, and all that DrKit kept at the primary. */
    public List<KeyRange> surplus() {
        Bytes afterRole = DrKitKeys.ROLE.successor();
        List<KeyRange> kept = new ArrayList<>(List.of(new KeyRange(DrKitKeys.ROLE, afterRole)));
        without(scope.range(), DrKitKeys.OWN).forEach(kept::add);
        List<KeyRange> surplus = List.of(KeyRange.ALL);
        for (KeyRange each : kept) {
            surplus = surplus.stream()
                    .flatMap(range -> without(range, each).stream())
                    .toList();
        }
        return surplus;
    }

    /** What of {@code range} is not in {@code hole}. */
    private static List<KeyRange> without(KeyRange range, KeyRange hole) {
        if (!range.overlaps(hole)) {
            return List.of(range);
        }
        List<KeyRange> parts = new ArrayList<>(2);
        if (range.start().compareTo(hole.start()) < 0) {
            parts.add(range.before(hole.start()));
        }
        Bytes end = hole.end();
        if (end != null && (range.end() == null || end.compareTo(range.end()) < 0)) {
            parts.add(range.from(end));
        }
        return parts;
    }

    /**
     * Gives the copy its identity and the mirror's checkpoint, in one transaction.
     *
     * @param siteId the standby's former identity, where it had one; else it gets a new one
     * @return its identity
     * @throws UnsafeToProceedException when something else than this wrote to the copy, or what does not belong there is left
     */
    public String finish(Optional<String> siteId) {
        String id = siteId.orElseGet(() -> UUID.randomUUID().toString());
        if (id.equals(checkpoint.source())) {
            throw new UnsafeToProceedException("The standby cannot have the identity of its primary, " + id
                    + ": a standby that was restored from the primary's snapshot needs a new one.");
        }
        for (KeyRange range : surplus()) {
            if (copy.count(range) > 0) {
                throw new UnsafeToProceedException("Keys in " + range + " are left on " + copy.name()
                        + ", which do not belong on a standby. Prepare it anew.");
            }
        }
        long before = copy.revision();
        // All up to here is the primary's or its deletion, and the next revision is the mirror's: nobody else was here.
        Checkpoint last = checkpoint.with(before, checkpoint.logIndex(), checkpoint.asOf());
        long written = write(
                copy,
                List.of(Guard.unchanged(DrKitKeys.ROLE, roleRevision), Guard.absent(DrKitKeys.SITE)),
                List.of(Site.identityRecord(id), Operation.put(DrKitKeys.checkpoint(mirror), last.toBytes())));
        if (written != before + 1) {
            throw disturbed(copy);
        }
        return id;
    }

    private static long write(KeyStore copy, List<Guard> guards, List<Operation> operations) {
        if (copy.commit(new Transaction(guards, operations)) instanceof CommitResult.Committed committed) {
            return committed.revision();
        }
        throw disturbed(copy);
    }

    private static UnsafeToProceedException disturbed(KeyStore copy) {
        return new UnsafeToProceedException(
                "Something else wrote to " + copy.name()
                        + " while it was made a standby, or it has no space left. Prepare it anew, where nobody else can reach it.");
    }

    /** The primary's id. */
    public String sourceId() {
        return checkpoint.source();
    }

    /** The primary's epoch, which the standby is of too. */
    public long epoch() {
        return checkpoint.epoch();
    }

    /** The primary's revision that the mirror will go on from. */
    public long sourceRevision() {
        return checkpoint.revision();
    }
}
