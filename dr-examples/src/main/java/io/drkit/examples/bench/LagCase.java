package io.drkit.examples.bench;

import io.drkit.examples.bench.raw.Arrivals;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * How long after a write to the primary does a watch on the standby show it, at a load that a cluster has? At best as long as it takes twice to
 * write and to watch; a watch on the primary shows what that takes once.
 */
final class LagCase implements BenchCase {

    private static final String BARE_WATCH = "bare watch on the primary";
    private static final int ROUNDS = 3;
    private static final int PER_SECOND = 400;
    private static final Duration SPAN = Duration.ofSeconds(15);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public String name() {
        return "lag";
    }

    @Override
    public CaseReport run(Lab lab) throws Exception {
        Duration span = lab.span(SPAN);
        CaseReport report = new CaseReport(
                name(),
                String.format(
                        Locale.ROOT,
                        "%d writes of %,d bytes a second for %.1f s, from a write's start until a watch shows it",
                        PER_SECOND,
                        Dataset.VALUE_BYTES,
                        span.toMillis() / 1e3));
        int writes = (int) (PER_SECOND * span.toMillis() / 1000);
        for (int round = 0; round < lab.rounds(ROUNDS); round++) {
            for (String who : List.of(BARE_WATCH, Following.MIRROR, Following.MAKE_MIRROR)) {
                try (Following following = Following.start(who)) {
                    measure(following, writes, who, report);
                }
                lab.say(name() + ": " + who + ", p50 " + Table.figure(report.median(who, "p50 ms")) + " ms");
            }
        }
        for (String share : List.of("p50 ms", "p99 ms")) {
            report.ratio(
                    "mirror's " + share + " over make-mirror's",
                    report.quotient(Following.MIRROR, Following.MAKE_MIRROR, share));
            report.ratio(
                    "mirror's " + share + " over a bare watch's", report.quotient(Following.MIRROR, BARE_WATCH, share));
        }
        return report;
    }

    private static void measure(Following following, int writes, String who, CaseReport report)
            throws InterruptedException {
        Site watched = who.equals(BARE_WATCH) ? following.primary() : following.standby();
        try (Arrivals arrivals = new Arrivals(watched.store(), PacedWriter.RANGE, writes, PacedWriter::number)) {
            PacedWriter writer = new PacedWriter(following.primary().store(), writes);
            Meter meter = new Meter(following.primary(), following.standby());
            double cpu = following.programCpuSeconds();
            writer.run(PER_SECOND);
            arrivals.await(PATIENCE);
            Meter.Reading reading = meter.readOfProgram(following.programCpuSeconds() - cpu);
            long[] sinceSent = sorted(writes, i -> arrivals.at(i) - writer.sentAt(i));
            report.add(who, "p50 ms", share(sinceSent, 0.5));
            report.add(who, "p99 ms", share(sinceSent, 0.99));
            report.add(who, "max ms", share(sinceSent, 1));
            long[] sinceAcknowledged = sorted(writes, i -> arrivals.at(i) - writer.acknowledgedAt(i));
            report.add(who, "p50 ms after ack", share(sinceAcknowledged, 0.5));
            report.add(who, "p99 ms after ack", share(sinceAcknowledged, 0.99));
            reading.cpuInto(report, who);
        }
    }

    /** Without the first fifth, in which JVMs and connections are still warming up. */
    private static long[] sorted(int writes, IntToLongFunction lag) {
        long[] lags = IntStream.range(writes / 5, writes).mapToLong(lag).toArray();
        Arrays.sort(lags);
        return lags;
    }

    private static double share(long[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)] / 1e6;
    }
}
