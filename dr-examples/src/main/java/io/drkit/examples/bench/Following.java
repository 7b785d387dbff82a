package io.drkit.examples.bench;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchSignal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A primary, its standby, and a program that has copied the one to the other and follows its changes from now on; or none that does. */
final class Following implements AutoCloseable {

    static final String MIRROR = "drkit mirror, a process";
    static final String MAKE_MIRROR = "etcdctl make-mirror, a process";

    private static final Dataset BASE = Dataset.spread(1_000);
    /** In scope, and after all other keys. */
    private static final Bytes MARKER = Bytes.utf8("/registry/~marker");

    private static final int PATIENCE_SECONDS = 60;

    private final Site primary;
    private final Site standby;
    private final @Nullable Child program;

    private Following(String who, Site primary, Site standby) throws InterruptedException {
        this.primary = primary;
        this.standby = standby;
        try {
            BASE.load(primary.store());
            program = program(who);
        } catch (RuntimeException | InterruptedException e) {
            standby.close();
            primary.close();
            throw e;
        }
    }

    private @Nullable Child program(String who) {
        if (who.equals(MIRROR)) {
            return Child.onPair(List.of(), "mirror", primary, standby);
        }
        return who.equals(MAKE_MIRROR) ? Child.makeMirror(primary, standby) : null;
    }

    /** @param who {@link #MIRROR} or {@link #MAKE_MIRROR}; anyone else is nobody */
    static Following start(String who) throws InterruptedException {
        Site primary = Site.start();
        try {
            return start(who, primary, Site.start());
        } catch (RuntimeException e) {
            primary.close();
            throw e;
        }
    }

    /** The same between two sites, which are closed with it. */
    static Following start(String who, Site primary, Site standby) throws InterruptedException {
        Following following = new Following(who, primary, standby);
        try {
            // The first may come with the copy; the second comes by following.
            following.awaitCaughtUp();
            following.awaitCaughtUp();
            return following;
        } catch (RuntimeException | InterruptedException e) {
            following.close();
            throw e;
        }
    }

    /** Until all that was written to the primary before is on the standby; at once where nobody follows. */
    void awaitCaughtUp() throws InterruptedException {
        if (program == null) {
            return;
        }
        KeyStore store = standby.store();
        try (Watch arrival = store.watch(new KeyRange(MARKER, MARKER.successor()), store.revision() + 1)) {
            primary.store().commit(new Transaction(List.of(), List.of(Operation.put(MARKER, Bytes.utf8("here")))));
            for (int i = 0; !(arrival.next(Duration.ofSeconds(1)) instanceof WatchSignal.Events); i++) {
                program.requireAlive();
                if (i == PATIENCE_SECONDS) {
                    throw new IllegalStateException("a program that was to follow did not within " + i + " s");
                }
            }
        }
    }

    Site primary() {
        return primary;
    }

    Site standby() {
        return standby;
    }

    /** Of the program that follows; 0 where none does. */
    double programCpuSeconds() {
        return program == null ? 0 : program.cpuSeconds();
    }

    @Override
    public void close() {
        try (primary;
                standby) {
            if (program != null) {
                program.close();
            }
        }
    }
}
