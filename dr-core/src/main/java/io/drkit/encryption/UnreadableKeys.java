package io.drkit.encryption;

import io.drkit.keystore.Bytes;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keys whose values a site cannot read, as a {@link TransformingKeyStore} finds them: counted up to a bound, and logged. Thread-safe. */
public final class UnreadableKeys {

    /** So many are told apart; what comes after is not counted. */
    public static final int MOST = 10_000;

    private static final int LOGGED = 10;
    private static final Logger log = LoggerFactory.getLogger(UnreadableKeys.class);

    private final Set<Bytes> keys = new LinkedHashSet<>();

    synchronized void add(Bytes key, String store) {
        if (keys.size() < MOST && keys.add(key) && keys.size() <= LOGGED) {
            log.warn(
                    "{} holds {} encrypted with a key that the site's configuration lacks.{}",
                    store,
                    key.printable(),
                    keys.size() == LOGGED ? " More such keys are counted, and not logged." : "");
        }
    }

    /** How many; {@link #MOST} means at least so many. */
    public synchronized int count() {
        return keys.size();
    }

    /** The first of them. */
    public synchronized List<Bytes> sample(int size) {
        return keys.stream().limit(size).toList();
    }
}
