package io.drkit.site;

/**
 * A site's role, and since which change of roles.
 *
 * @param epoch counts the promotions in a pair of sites: 1 for the first primary. Of two sites that both believe to be the primary, the one
 *     with the lower epoch is out of date
 */
public record SiteRole(Role role, long epoch) {

    public SiteRole {
        if (epoch < 1) {
            throw new IllegalArgumentException("epoch must be at least 1, not " + epoch);
        }
    }

    @Override
    public String toString() {
        return role + " in epoch " + epoch;
    }
}
