package io.drkit.examples.bench;

import io.drkit.examples.bench.raw.RawCopier;
import io.drkit.examples.bench.raw.RawWriter;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchSignal;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import java.time.Duration;
import java.util.List;

/** The ways to bring a primary's keys to an empty standby, each measured until the last key is there. */
final class Copying {

    private static final MirrorScope SCOPE = MirrorScope.all();
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Site primary;
    private final List<Bytes> keys;

    /** @param primary holds {@code dataset} */
    Copying(Site primary, Dataset dataset) {
        this.primary = primary;
        this.keys = dataset.keys();
    }

    /** One of the ways. */
    interface Way {
        /** Returns the reading as of the moment when the last key was there. */
        Meter.Reading copy(Site standby) throws Exception;
    }

    /** Copies by {@code way} to a new standby, and sees to it that all is there. */
    Meter.Reading measure(Way way) throws Exception {
        try (Site standby = Site.start()) {
            Meter.Reading reading = way.copy(standby);
            long count = standby.store().count(SCOPE.range());
            if (count != keys.size()) {
                throw new IllegalStateException("a copy ended with " + count + " keys instead of " + keys.size());
            }
            return reading;
        }
    }

    /** The library in this JVM, with connections that are up. */
    Meter.Reading mirror(Site standby) throws InterruptedException {
        Meter meter = new Meter(primary, standby);
        try (MirrorSession session = new DefaultKeyMirror(primary.store(), standby.store()).start(SCOPE)) {
            if (!session.awaitCaughtUp(PATIENCE)) {
                throw new IllegalStateException("a copy took longer than " + PATIENCE + ": " + session.status());
            }
            return meter.read();
        }
    }

    /** {@code drkit mirror --once}, from its start to its end. */
    Meter.Reading process(Site standby) throws InterruptedException {
        Meter meter = new Meter(primary, standby);
        try (Child child = Child.onPair(List.of(), "mirror", primary, standby, "--once")) {
            child.awaitDone();
            return meter.read();
        }
    }

    /** etcd's own, from its start until the last key is there: it copies in the order of the keys, one by one, and then goes on for ever. */
    Meter.Reading makeMirror(Site standby) throws InterruptedException {
        Bytes last = keys.get(keys.size() - 1);
        try (Watch arrival = standby.store().watch(new KeyRange(last, last.successor()), 1)) {
            Meter meter = new Meter(primary, standby);
            double seconds;
            try (Child child = Child.makeMirror(primary, standby)) {
                while (!(arrival.next(Duration.ofSeconds(1)) instanceof WatchSignal.Events)) {
                    child.requireAlive();
                }
                seconds = meter.seconds();
            }
            return meter.read(seconds);
        }
    }

    /** The same keys out of this JVM's memory: what the standby can take in. */
    Meter.Reading rawWriter(Site standby) throws InterruptedException {
        Meter meter = new Meter(primary, standby);
        RawWriter writer = new RawWriter(standby.store());
        for (Bytes key : keys) {
            writer.put(key, Dataset.value(key));
        }
        writer.finish();
        return meter.read();
    }

    /** Read from the primary and written to the standby, and nothing else. */
    Meter.Reading rawCopier(Site standby) throws InterruptedException {
        KeyStore source = primary.store();
        Meter meter = new Meter(primary, standby);
        RawCopier.copy(
                source, standby.store(), SCOPE.range(), MirrorOptions.defaults().pageSize());
        return meter.read();
    }
}
