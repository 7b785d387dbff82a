package io.drkit.comparison;

/** One thing that must be alike at two sites: what differs, what that breaks and what to do stand next to each other. */
interface Rule {
    void compare(SiteFacts primary, SiteFacts standby, Findings found);
}
