package io.drkit.site;

/** The part a site plays. */
public enum Role {
    /** The platform runs here. No mirror ever writes to it. */
    PRIMARY,
    /** Kept equal to the primary, ready to take over. */
    STANDBY
}
