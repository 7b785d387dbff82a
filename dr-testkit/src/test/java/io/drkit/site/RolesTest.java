package io.drkit.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.site.Promotion.Complete;
import io.drkit.site.Promotion.Halfway;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.FaultyKeyStore.Moment;
import io.drkit.testkit.InMemoryKeyStore;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How two sites change roles, whatever breaks in between. */
class RolesTest {

    private final InMemoryKeyStore old = new InMemoryKeyStore("old");
    private final InMemoryKeyStore next = new InMemoryKeyStore("next");

    private static SiteRole primary(long epoch) {
        return new SiteRole(Role.PRIMARY, epoch);
    }

    private static SiteRole standby(long epoch) {
        return new SiteRole(Role.STANDBY, epoch);
    }

    private Optional<SiteRole> oldRole() {
        return Site.at(old).role();
    }

    private Optional<SiteRole> nextRole() {
        return Site.at(next).role();
    }

    @BeforeEach
    void aPair() {
        Site.at(old).identify();
        Site.at(next).identify();
        Site.at(old).assume(primary(3));
        Site.at(next).assume(standby(3));
    }

    @Test
    void a_promotion_changes_both_roles() {
        assertThat(Promotion.promote(next, old)).isEqualTo(new Complete(primary(4), standby(4)));
        assertThat(nextRole()).contains(primary(4));
        assertThat(oldRole()).contains(standby(4));
        assertThat(Promotion.promote(next, old)).as("again").isEqualTo(new Complete(primary(4), standby(4)));
    }

    @Test
    void the_new_primary_is_later_than_the_old_one_whatever_it_followed() {
        Site.at(old).demote();
        for (int i = 0; i < 4; i++) {
            Site.at(old).promote();
            Site.at(old).demote();
        }
        Site.at(old).promote();
        assertThat(oldRole()).contains(primary(8));
        assertThat(Promotion.promote(next, old)).isEqualTo(new Complete(primary(9), standby(9)));
    }

    @Test
    void an_old_primary_out_of_reach_is_told_later() {
        old.setUnreachable(true);
        Promotion promotion = Promotion.promote(next, old);
        assertThat(promotion).isInstanceOf(Halfway.class);
        assertThat(promotion.role()).isEqualTo(primary(4));
        assertThat(((Halfway) promotion).reason()).contains("old");
        old.setUnreachable(false);
        assertThat(oldRole()).contains(primary(3));
        assertThat(Promotion.promote(next, old)).isEqualTo(new Complete(primary(4), standby(4)));
    }

    @Test
    void a_standby_out_of_reach_changes_nothing() {
        next.setUnreachable(true);
        assertThatThrownBy(() -> Promotion.promote(next, old)).isInstanceOf(SiteUnreachableException.class);
        assertThat(oldRole()).contains(primary(3));
    }

    @Test
    void killed_at_any_step_it_is_finished_by_another_run() {
        for (int step = 0; ; step++) {
            InMemoryKeyStore was = new InMemoryKeyStore("was");
            InMemoryKeyStore becomes = new InMemoryKeyStore("becomes");
            Site.at(was).identify();
            Site.at(was).assume(primary(1));
            Site.at(becomes).assume(standby(1));
            int[] left = {step};
            FaultyKeyStore.Hook killing = (moment, call) -> {
                if (moment == Moment.AFTER && left[0]-- == 0) {
                    throw new AssertionError("killed");
                }
            };
            boolean survived = true;
            try {
                Promotion.promote(new FaultyKeyStore(becomes, killing), new FaultyKeyStore(was, killing));
            } catch (AssertionError e) {
                survived = false;
            }
            Optional<SiteRole> first = Site.at(becomes).role();
            Optional<SiteRole> second = Site.at(was).role();
            if (second.equals(Optional.of(standby(2)))) {
                assertThat(first).as("at step %s", step).contains(primary(2));
            }
            assertThat(Promotion.promote(becomes, was)).isEqualTo(new Complete(primary(2), standby(2)));
            if (survived) {
                assertThat(step).isGreaterThan(4);
                return;
            }
        }
    }

    @Test
    void an_outdated_primary_does_not_become_one_again_by_itself() {
        Site.at(next).promote();
        assertThatThrownBy(() -> Promotion.promote(old, next))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("demote it first");
        assertThat(oldRole()).contains(primary(3));
        assertThat(nextRole()).contains(primary(4));
        Site.at(old).demote();
        assertThat(Promotion.promote(old, next)).isEqualTo(new Complete(primary(5), standby(5)));
    }

    @Test
    void two_primaries_of_one_epoch_are_left_to_a_person() {
        InMemoryKeyStore other = new InMemoryKeyStore("other");
        Site.at(other).assume(primary(3));
        assertThatThrownBy(() -> Promotion.promote(other, old)).isInstanceOf(UnsafeToProceedException.class);
        assertThatThrownBy(() -> Demotion.of(old, other)).isInstanceOf(UnsafeToProceedException.class);
        assertThat(oldRole()).contains(primary(3));
        assertThat(Site.at(other).role()).contains(primary(3));
    }

    @Test
    void one_site_is_no_pair() {
        assertThatThrownBy(() -> Promotion.promote(old, old))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("one and the same");
        assertThatThrownBy(() -> Demotion.of(old, old))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("one and the same");
        assertThat(oldRole()).contains(primary(3));
    }

    @Test
    void an_old_primary_that_comes_back_is_demoted_when_asked() {
        Site.at(next).promote();
        Demotion demotion = Demotion.of(old, next);
        assertThat(demotion.before()).contains(primary(3));
        assertThat(demotion.after()).isEqualTo(standby(4));
        assertThat(oldRole()).as("not before it is carried out").contains(primary(3));
        assertThat(demotion.carryOut()).isEqualTo(standby(4));
        assertThat(oldRole()).contains(standby(4));
        assertThat(Demotion.of(old, next).carryOut()).as("again").isEqualTo(standby(4));
    }

    @Test
    void none_is_demoted_for_one_that_is_no_primary() {
        assertThatThrownBy(() -> Demotion.of(old, next))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("Promote it first");
        assertThatThrownBy(() -> Demotion.of(old, new InMemoryKeyStore("fresh")))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("without a role");
    }

    @Test
    void the_new_primary_is_not_demoted_for_the_old_one() {
        Site.at(next).promote();
        assertThatThrownBy(() -> Demotion.of(next, old))
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("not later");
    }

    @Test
    void a_role_that_changed_meanwhile_stays() {
        Site.at(next).promote();
        Demotion demotion = Demotion.of(old, next);
        Site.at(old).demote();
        Site.at(old).promote();
        assertThat(oldRole()).contains(primary(4));
        assertThatThrownBy(demotion::carryOut)
                .isInstanceOf(UnsafeToProceedException.class)
                .hasMessageContaining("meanwhile");
        assertThat(oldRole()).contains(primary(4));
    }
}
