package io.drkit.testkit.kube;

import io.drkit.keystore.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** All that a living standby did, in the order in which it came to know that it was done. Thread-safe. */
public final class Acts {

    private final List<Act> all = new ArrayList<>();

    synchronized void add(Act act) {
        all.add(act);
    }

    /** All so far. */
    public synchronized List<Act> all() {
        return List.copyOf(all);
    }

    /** All that were of this sort. */
    public List<Act> of(Act.What what) {
        return which(act -> act.what() == what);
    }

    /** What was done to a key. */
    public List<Act> on(Bytes key) {
        return which(act -> act.key().equals(key));
    }

    private List<Act> which(Predicate<Act> wanted) {
        return all().stream().filter(wanted).toList();
    }
}
