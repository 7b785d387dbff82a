package io.drkit.comparison;

/** How much a finding matters to a failover, the gravest first. */
public enum Severity {
    /** A failover, or what runs after it, would break. */
    BLOCKING,
    /** Something that matters could not be compared. */
    UNKNOWN,
    /** Something may not work as at the primary. */
    WARNING,
    /** Good to know. */
    NOTE
}
