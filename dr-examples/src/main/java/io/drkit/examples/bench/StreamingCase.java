package io.drkit.examples.bench;

import io.drkit.keystore.KeyRange;
import io.drkit.keystore.RangeRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Does what follows keep up with writers at full speed? Of what was acknowledged until some moment, how much had arrived at that moment? */
final class StreamingCase implements BenchCase {

    private static final String NOBODY = "writers alone";
    private static final int ROUNDS = 3;
    private static final Duration SPAN = Duration.ofSeconds(15);

    @Override
    public String name() {
        return "streaming";
    }

    @Override
    public CaseReport run(Lab lab) throws Exception {
        Duration span = lab.span(SPAN);
        CaseReport report = new CaseReport(
                name(),
                String.format(
                        Locale.ROOT,
                        "%d writers at full speed for %.1f s, new keys of %,d bytes",
                        FullSpeedWriters.COUNT,
                        span.toMillis() / 1e3,
                        Dataset.VALUE_BYTES));
        for (int round = 0; round < lab.rounds(ROUNDS); round++) {
            for (String who : List.of(NOBODY, Following.MIRROR, Following.MAKE_MIRROR)) {
                try (Following following = Following.start(who)) {
                    measure(following, span, who, report);
                }
                lab.say(name() + ": " + who + ", " + Table.figure(report.median(who, "acknowledged/s"))
                        + " acknowledged a second");
            }
        }
        report.atLeast(0.95, "arrived of acknowledged, mirror", report.median(Following.MIRROR, "share"));
        report.ratio("arrived of acknowledged, make-mirror", report.median(Following.MAKE_MIRROR, "share"));
        report.ratio(
                "the writers' speed with a mirror over that without",
                report.quotient(Following.MIRROR, NOBODY, "acknowledged/s"));
        return report;
    }

    private static void measure(Following following, Duration span, String who, CaseReport report)
            throws InterruptedException {
        warmUp(following, span.dividedBy(5));
        Meter meter = new Meter(following.primary(), following.standby());
        double cpu = following.programCpuSeconds();
        long standbyRevision;
        long acknowledged;
        Meter.Reading reading;
        KeyRange written;
        try (FullSpeedWriters writers = new FullSpeedWriters(following.primary(), "measured")) {
            written = writers.range();
            Thread.sleep(span.toMillis());
            // In this order, what arrives in between counts against whoever follows.
            standbyRevision = following.standby().store().revision();
            acknowledged = writers.acknowledged();
            reading = meter.readOfProgram(following.programCpuSeconds() - cpu);
        }
        long arrived = following
                .standby()
                .store()
                .range(RangeRequest.of(written, standbyRevision, 1).onlyKeys())
                .count();
        report.add(who, "acknowledged/s", acknowledged / reading.seconds());
        if (!who.equals(NOBODY)) {
            report.add(who, "arrived/s", arrived / reading.seconds());
            report.add(who, "share", (double) arrived / acknowledged);
            report.add(who, "behind", (double) (acknowledged - arrived));
        }
        reading.cpuInto(report, who);
    }

    /** A mirror runs for months: its first seconds, in which its JVM compiles, do not count. */
    private static void warmUp(Following following, Duration span) throws InterruptedException {
        try (FullSpeedWriters writers = new FullSpeedWriters(following.primary(), "warm-up")) {
            Thread.sleep(span.toMillis());
        }
        following.awaitCaughtUp();
    }
}
