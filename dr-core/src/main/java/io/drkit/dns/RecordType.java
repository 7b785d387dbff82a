package io.drkit.dns;

/** The types of record that say where a name leads: the only ones that DrKit reads and writes. */
public enum RecordType {
    /** An IPv4 address. */
    A,
    /** An IPv6 address. */
    AAAA,
    /** Another name, instead of everything else. */
    CNAME
}
