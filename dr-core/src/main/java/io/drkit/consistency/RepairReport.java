package io.drkit.consistency;

/**
 * What a repair did.
 *
 * @param left keys that differed and were left as they are: surplus nobody asked to delete, values the standby refused, what must not be
 *     overwritten, and keys that changed meanwhile
 */
public record RepairReport(long put, long deleted, long left) {}
