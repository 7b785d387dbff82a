package io.drkit.restore;

import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.RangeRequest;
import io.drkit.node.Waiting;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import io.drkit.snapshot.Snapshot;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether a store holds what a snapshot said. Keys are counted as of the restored revision, not as of now: leases run out, and others may write as
 * soon as it answers.
 */
final class ContentCheck {

    private final Supplier<KeyStore> store;
    private final RestoreOptions options;
    private final Optional<SiteRole> before;

    /**
     * What is there.
     *
     * @param outOfSpace whether it takes no writes, for the snapshot was taken while the site's quota was used up
     */
    record Restored(long revision, boolean outOfSpace) {}

    /** @param before the role of the site until now, where it is known */
    ContentCheck(Supplier<KeyStore> store, RestoreOptions options, Optional<SiteRole> before) {
        this.store = store;
        this.options = options;
        this.before = options.acceptOtherSite() || options.acceptOtherRole() ? Optional.empty() : before;
    }

    /**
     * Waits until it answers.
     *
     * @throws OutcomeUnknownException when it does not in time
     * @throws UnsafeToProceedException when it holds something else
     */
    Restored await(Snapshot snapshot, long raise) {
        Waiting waiting = new Waiting(options.healthTimeout());
        RuntimeException last;
        do {
            try (KeyStore restored = store.get()) {
                long revision = check(restored, snapshot, snapshot.revision() + raise);
                before.ifPresent(role -> requireRole(role, Site.at(restored).role()));
                return new Restored(revision, restored.status().outOfSpace());
            } catch (UnsafeToProceedException e) {
                throw e;
            } catch (DrException | IllegalStateException | IllegalArgumentException e) {
                last = e;
            }
        } while (waiting.goesOn());
        throw new OutcomeUnknownException(
                "etcd does not answer with the restored data within "
                        + options.healthTimeout().toSeconds() + " s: " + last.getMessage(),
                last);
    }

    private static void requireRole(SiteRole before, Optional<SiteRole> after) {
        boolean same = after.filter(role ->
                        role.role() == before.role() && (role.role() == Role.STANDBY || role.epoch() >= before.epoch()))
                .isPresent();
        if (!same) {
            throw new UnsafeToProceedException("The site is " + before + ", and by the snapshot it "
                    + after.map(role -> "is " + role).orElse("has no role")
                    + ": it is from before a change of roles, and there may be two primaries then. Take a later one; or say"
                    + " acceptOtherRole if no other site is the primary.");
        }
    }

    private static long check(KeyStore restored, Snapshot snapshot, long revision) {
        long now = restored.revision();
        if (now < revision) {
            throw new UnsafeToProceedException(
                    "The restored store " + restored.name() + " is at revision " + now + ", and the snapshot's is "
                            + revision + ". Are these the endpoints of the nodes that were restored?");
        }
        Long keys = snapshot.keys();
        if (keys == null) {
            return now;
        }
        try {
            long counted = restored.range(
                            RangeRequest.of(KeyRange.ALL, revision, 1).onlyKeys())
                    .count();
            if (counted != keys) {
                throw new UnsafeToProceedException("The restored store " + restored.name() + " holds " + counted
                        + " keys at revision " + revision + ", and the snapshot had " + keys
                        + ". Verify the snapshot, and take another.");
            }
        } catch (CompactedException e) {
            // Somebody compacts it already; then that cannot be counted any more.
        }
        return now;
    }
}
