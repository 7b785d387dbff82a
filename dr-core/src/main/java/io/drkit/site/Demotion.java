package io.drkit.site;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.KeyStore;
import java.util.Optional;

/**
 * An old primary that came back is to be a standby of the new one. That can be done: the new one is the primary of a later epoch. What the old
 * primary wrote last ({@code io.drkit.mirror.LostWrites}) is to be looked at before it is {@linkplain #carryOut carried out}; the mirror that
 * then comes the other way sets it aside. For one thread.
 */
public final class Demotion {

    private final KeyStore oldPrimary;
    private final Optional<SiteRole> before;
    private final SiteRole after;

    private Demotion(KeyStore oldPrimary, Optional<SiteRole> before, SiteRole after) {
        this.oldPrimary = oldPrimary;
        this.before = before;
        this.after = after;
    }

    /**
     * Looks whether it can be done; writes nothing.
     *
     * @throws UnsafeToProceedException when both are one site, {@code newPrimary} is not a primary, or {@code oldPrimary} is not of an earlier
     *     epoch
     * @throws SiteUnreachableException when either cannot be reached
     */
    public static Demotion of(KeyStore oldPrimary, KeyStore newPrimary) {
        Optional<String> id = Site.at(oldPrimary).identity();
        if (id.isPresent() && id.equals(Site.at(newPrimary).identity())) {
            throw sameSite(newPrimary, oldPrimary);
        }
        Optional<SiteRole> leading = Site.at(newPrimary).role();
        if (leading.isEmpty() || leading.get().role() != Role.PRIMARY) {
            throw new UnsafeToProceedException("Refused to demote " + oldPrimary.name() + ": the new primary "
                    + newPrimary.name() + " is "
                    + leading.map(SiteRole::toString).orElse("without a role")
                    + ". Promote it first (drkit role promote).");
        }
        SiteRole after = new SiteRole(Role.STANDBY, leading.get().epoch());
        Optional<SiteRole> before = Site.at(oldPrimary).role();
        if (before.isPresent()
                && before.get().epoch() >= after.epoch()
                && !before.get().equals(after)) {
            throw new UnsafeToProceedException("Refused to demote " + oldPrimary.name() + ": it is " + before.get()
                    + ", and " + newPrimary.name() + " is " + leading.get()
                    + ", which is not later. Perhaps the two are"
                    + " swapped; see both with drkit role show.");
        }
        return new Demotion(oldPrimary, before, after);
    }

    /** The old primary's role as it was found; empty where none was recorded. */
    public Optional<SiteRole> before() {
        return before;
    }

    /** What its role is to be. */
    public SiteRole after() {
        return after;
    }

    /**
     * Makes the old primary a standby in the new primary's epoch. Idempotent.
     *
     * @throws UnsafeToProceedException when it was given a role of that epoch or a later one meanwhile; it is left as it is then
     */
    public SiteRole carryOut() {
        SiteRole now = Site.at(oldPrimary).yieldTo(after.epoch());
        if (!now.equals(after)) {
            throw new UnsafeToProceedException(
                    "Refused to demote " + oldPrimary.name() + ": it became " + now + " meanwhile.");
        }
        return now;
    }

    static UnsafeToProceedException sameSite(KeyStore newPrimary, KeyStore oldPrimary) {
        return new UnsafeToProceedException("The new primary " + newPrimary.name() + " and the old one "
                + oldPrimary.name()
                + " are one and the same site. If one was restored from a snapshot of the other, delete"
                + " all keys under /drkit/ there first.");
    }
}
