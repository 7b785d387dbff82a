package io.drkit.site;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.KeyStore;
import java.util.Optional;

/**
 * How a change of roles came out: the standby is the primary of a new epoch, and the old primary is a standby of that epoch, or not yet.
 *
 * <p>The new primary is written first. Between the two halves both sites believe to be the primary, which is safe: no mirror writes to either,
 * and the later epoch tells which one is right. An old primary that is out of reach stays as it is; when it comes back, no mirror follows it, for
 * its epoch is the earlier one. Make it a standby then by {@link Demotion}, or by running the promotion again.
 */
public sealed interface Promotion {

    /** Of the new primary. */
    SiteRole role();

    /** Whether the old primary knows, too. */
    default boolean isComplete() {
        return this instanceof Complete;
    }

    /** Both halves are done. */
    record Complete(SiteRole role, SiteRole oldPrimary) implements Promotion {}

    /**
     * The new primary is one; the old primary was not made a standby.
     *
     * @param reason why not, for people
     */
    record Halfway(SiteRole role, String reason) implements Promotion {}

    /**
     * Makes {@code standby} the primary, and then, if it can be reached, {@code oldPrimary} a standby. Idempotent: run again it does the half that
     * is missing. The old primary is asked for its epoch first, so one that is silent costs the deadline of a call.
     *
     * @throws UnsafeToProceedException when both are one site, or {@code oldPrimary} belongs to an epoch that {@code standby}, a primary already,
     *     is not later than; nothing is changed then
     * @throws SiteUnreachableException when {@code standby} cannot be reached; neither is changed then
     */
    static Promotion promote(KeyStore standby, KeyStore oldPrimary) {
        Site next = Site.at(standby);
        Optional<SiteRole> old;
        try {
            Optional<String> oldId = Site.at(oldPrimary).identity();
            if (oldId.isPresent() && oldId.get().equals(next.identify())) {
                throw Demotion.sameSite(standby, oldPrimary);
            }
            old = Site.at(oldPrimary).role();
        } catch (SiteUnreachableException e) {
            return new Halfway(next.promote(), String.valueOf(e.getMessage()));
        }
        long oldEpoch = old.map(SiteRole::epoch).orElse(0L);
        next.role()
                .filter(now -> now.role() == Role.PRIMARY && !precedes(old, now.epoch()))
                .ifPresent(now -> {
                    throw new UnsafeToProceedException("Refused to make " + oldPrimary.name() + " a standby: it is "
                            + old.map(SiteRole::toString).orElse("") + ", and " + standby.name() + " is only " + now
                            + ". If " + standby.name()
                            + " is to be the primary all the same, demote it first (drkit role"
                            + " demote), and promote it again.");
                });
        SiteRole promoted = next.promoteAfter(oldEpoch);
        try {
            SiteRole yielded = Site.at(oldPrimary).yieldTo(promoted.epoch());
            return yielded.equals(new SiteRole(Role.STANDBY, promoted.epoch()))
                    ? new Complete(promoted, yielded)
                    : new Halfway(promoted, oldPrimary.name() + " became " + yielded + " meanwhile.");
        } catch (DrException e) {
            return new Halfway(promoted, String.valueOf(e.getMessage()));
        }
    }

    /** Whether a site of that role gives way to a primary of {@code epoch}, or has given way. */
    private static boolean precedes(Optional<SiteRole> role, long epoch) {
        return role.isEmpty() || role.get().epoch() < epoch || role.get().equals(new SiteRole(Role.STANDBY, epoch));
    }
}
