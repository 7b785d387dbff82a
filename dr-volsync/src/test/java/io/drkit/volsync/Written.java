package io.drkit.volsync;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Remembers of which kinds a namespace was written to, for reading all of them again after each write would be most of what a test costs. */
final class Written {

    static final Set<String> KINDS = Set.of(
            "pods",
            "secrets",
            "services",
            "volumesnapshots",
            "persistentvolumeclaims",
            "jobs",
            "replicationsources",
            "replicationdestinations");

    private static final Pattern PATH = Pattern.compile("/namespaces/([^/?]+)/([^/?]+)");

    private final String namespace;
    private final Set<String> kinds = ConcurrentHashMap.newKeySet();
    private final Semaphore signal = new Semaphore(1);

    Written(String namespace) {
        this.namespace = namespace;
    }

    /** Released after each write, and whenever there is something to look at. */
    Semaphore signal() {
        return signal;
    }

    void note(String path) {
        Matcher matcher = PATH.matcher(path);
        if (matcher.find() && matcher.group(1).equals(namespace) && KINDS.contains(matcher.group(2))) {
            kinds.add(matcher.group(2));
            signal.release();
        }
    }

    /** All shall be read again. */
    void all() {
        kinds.addAll(KINDS);
        signal.release();
    }

    /** Those written to since this was last asked, to be read from here on: what is written meanwhile is read with them. */
    Set<String> drain() {
        signal.drainPermits();
        Set<String> drained = Set.copyOf(kinds);
        kinds.removeAll(drained);
        return drained;
    }
}
