package io.drkit.examples.runbook.step;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.runbook.platform.EtcdSite;
import io.drkit.examples.runbook.step.Promote.Promoted;
import io.drkit.keystore.KeyStore;
import io.drkit.runbook.StepContext;
import io.drkit.site.Promotion;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import java.time.Instant;
import java.util.Optional;

/** Makes a site the primary of a new epoch, and the old primary, if it answers, a standby of that epoch. From then on no mirror writes to the new one. */
public final class Promote implements OneWay<Promoted> {

    private final EtcdSite next;
    private final EtcdSite old;

    /**
     * The new role.
     *
     * @param oldYielded whether the old primary knows
     * @param why why not, if not
     * @param at when
     */
    public record Promoted(long epoch, boolean oldYielded, String why, Instant at) {}

    public Promote(EtcdSite next, EtcdSite old) {
        this.next = next;
        this.old = old;
    }

    @Override
    public Class<Promoted> recordType() {
        return Promoted.class;
    }

    @Override
    public Promoted act(StepContext context) {
        try (EtcdKeyStore site = next.open()) {
            Promotion promotion = promote(site);
            String why = promotion instanceof Promotion.Halfway halfway ? halfway.reason() : "";
            return new Promoted(promotion.role().epoch(), promotion.isComplete(), why, Instant.now());
        }
    }

    private Promotion promote(KeyStore site) {
        try (EtcdKeyStore left = old.openUnlessSilent()) {
            return Promotion.promote(site, left);
        } catch (SiteUnreachableException e) {
            // Either of the two; the one that counts is asked again.
            return new Promotion.Halfway(Site.at(site).promote(), String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void verify(StepContext context, Promoted record) {
        try (EtcdKeyStore site = next.open()) {
            Optional<SiteRole> role = Site.at(site).role();
            if (role.isEmpty()
                    || role.get().role() != Role.PRIMARY
                    || role.get().epoch() < record.epoch()) {
                throw new UnsafeToProceedException(next + " was made the primary of epoch " + record.epoch()
                        + " and is now " + role.map(SiteRole::toString).orElse("without a role")
                        + ": somebody else changes roles.");
            }
        }
    }

    @Override
    public String told(Promoted record) {
        return next + " is the primary of epoch " + record.epoch()
                + (record.oldYielded()
                        ? ", " + old + " a standby of it"
                        : "; " + old + " does not know yet, and nothing mirrors from it all the same");
    }
}
