package io.drkit.keystore;

/**
 * One key as the store held it at some revision.
 *
 * @param value empty where only keys were asked for
 * @param createRevision the revision that created the key, last time it was created
 * @param modRevision the revision that last changed the key
 * @param version how often the key was written since it was created: 1 at its creation
 * @param leased whether the key is bound to a lease, and so vanishes when that expires
 * @param stored the value as the store holds it: another than {@code value} only where something between decrypts it
 */
public record KeyValue(
        Bytes key, Bytes value, long createRevision, long modRevision, long version, boolean leased, Bytes stored) {

    public KeyValue(Bytes key, Bytes value, long createRevision, long modRevision, long version, boolean leased) {
        this(key, value, createRevision, modRevision, version, leased, value);
    }

    /** This entry, with its value read as {@code value}. */
    public KeyValue readAs(Bytes value) {
        return new KeyValue(key, value, createRevision, modRevision, version, leased, stored);
    }

    @Override
    public String toString() {
        return key.printable() + "@" + modRevision;
    }
}
