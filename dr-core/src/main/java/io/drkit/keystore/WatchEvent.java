package io.drkit.keystore;

/**
 * One change of one key.
 *
 * @param entry the key as the change left it; for a deletion, {@link KeyValue#modRevision} is the deletion's and everything else is empty or 0
 */
public record WatchEvent(Type type, KeyValue entry) {

    public enum Type {
        PUT,
        DELETE
    }

    public static WatchEvent put(KeyValue entry) {
        return new WatchEvent(Type.PUT, entry);
    }

    public static WatchEvent delete(Bytes key, long revision) {
        return new WatchEvent(Type.DELETE, new KeyValue(key, Bytes.EMPTY, 0, revision, 0, false));
    }

    public Bytes key() {
        return entry.key();
    }

    public long revision() {
        return entry.modRevision();
    }
}
