package io.drkit.consistency;

/** What two keys must have in common to count as equal. */
public enum Level {
    /** That both exist. Fast: values are not read. */
    KEYS,
    /** Their values, byte for byte. */
    VALUES
}
