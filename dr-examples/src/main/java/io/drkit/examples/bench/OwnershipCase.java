package io.drkit.examples.bench;

import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.object.DesiredState;
import java.time.Duration;
import java.util.List;

/** What does it cost to copy owners and what they own together, parents first? And does it fit through a small heap? */
final class OwnershipCase implements BenchCase {

    private static final String PLAIN = "in the order of keys";
    private static final String SCOPED = "the same scope, in the order of keys";
    private static final String ORDERED = "by ownership";
    private static final int ROUNDS = 9;
    private static final String HEAP = "-Xmx512m";
    private static final double MEBIBYTES = 768;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Override
    public String name() {
        return "ownership";
    }

    @Override
    public CaseReport run(Lab lab) throws Exception {
        Households objects = new Households(lab.keys(100_000));
        CaseReport report = new CaseReport(name(), objects + " to an empty standby; then a million with " + HEAP);
        try (Site primary = Site.start()) {
            lab.say("loading a primary with " + objects);
            objects.load(primary.store());
            if (lab.warmsUp()) {
                copy(primary, MirrorScope.all(), objects);
                copy(primary, MirrorScope.platform(), objects);
            }
            for (int round = 0; round < lab.rounds(ROUNDS); round++) {
                copy(primary, MirrorScope.all(), objects).into(report, PLAIN, objects.size());
                copy(primary, new WithoutOrder(MirrorScope.platform()), objects).into(report, SCOPED, objects.size());
                copy(primary, MirrorScope.platform(), objects).into(report, ORDERED, objects.size());
            }
            lab.say(name() + ": " + PLAIN + " " + Table.figure(report.median(PLAIN, "s")) + " s, " + ORDERED + " "
                    + Table.figure(report.median(ORDERED, "s")) + " s");
        }
        report.ratio(
                "time by ownership over time of the same scope in the order of keys",
                report.quotient(ORDERED, SCOPED, "s"));
        report.atMost(1.3, "time by ownership over time in the order of keys", report.quotient(ORDERED, PLAIN, "s"));
        million(lab, report);
        return report;
    }

    /** A scope as it would be copied to a standby whose control plane is stopped: what is left of its price is not that of the order. */
    private record WithoutOrder(MirrorScope scope) implements MirrorScope {

        @Override
        public KeyRange range() {
            return scope.range();
        }

        @Override
        public boolean admits(KeyValue entry) {
            return scope.admits(entry);
        }

        @Override
        public String name() {
            return scope.name() + " without order";
        }

        @Override
        public boolean mayAdmit(Bytes key) {
            return scope.mayAdmit(key);
        }

        @Override
        public boolean readsValues() {
            return scope.readsValues();
        }

        @Override
        public DesiredState desired() {
            return scope.desired();
        }
    }

    private static Meter.Reading copy(Site primary, MirrorScope scope, Households objects) throws InterruptedException {
        try (Site standby = Site.start()) {
            Meter meter = new Meter(primary, standby);
            try (MirrorSession session = new DefaultKeyMirror(primary.store(), standby.store()).start(scope)) {
                // Not until it has been level for a second, which is what awaitCaughtUp tells.
                while (session.status().state() != State.STREAMING) {
                    Thread.sleep(1);
                    if (meter.seconds() > PATIENCE.toSeconds()) {
                        throw new IllegalStateException(
                                "a copy takes longer than " + PATIENCE + ": " + session.status());
                    }
                }
                Meter.Reading reading = meter.read();
                requireAll(standby, objects);
                return reading;
            }
        }
    }

    private static void requireAll(Site standby, Households objects) {
        long count = standby.store().count(MirrorScope.all().range());
        if (count != objects.size()) {
            throw new IllegalStateException("a copy ended with " + count + " keys instead of " + objects.size());
        }
    }

    private void million(Lab lab, CaseReport report) throws InterruptedException {
        Households objects = new Households(lab.keys(1_000_000));
        try (Site primary = Site.start();
                Site standby = Site.start()) {
            lab.say("loading a primary with " + objects);
            objects.load(primary.store());
            Meter meter = new Meter(primary, standby);
            try (Child child =
                    Child.onPair(List.of(HEAP), "mirror", primary, standby, "--once", "--scope", "platform")) {
                child.awaitDone();
                Meter.Reading reading = meter.read();
                requireAll(standby, objects);
                String row = "drkit mirror --once, " + objects.size() + " objects";
                reading.into(report, row, objects.size());
                report.add(row, "resident MiB", child.peakResidentMebibytes());
                report.atMost(
                        1,
                        "resident memory over " + Table.figure(MEBIBYTES) + " MiB",
                        child.peakResidentMebibytes() / MEBIBYTES);
                lab.say(name() + ": " + row + " " + Table.figure(reading.seconds()) + " s, "
                        + Table.figure(child.peakResidentMebibytes()) + " MiB");
            }
        }
    }
}
