package io.drkit.examples.bench;

import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.Level;
import io.drkit.examples.bench.raw.RawReader;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.RangeRequest;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What does a comparison cost beyond reading both sides? */
final class CheckCase implements BenchCase {

    private static final int ROUNDS = 7;
    private static final MirrorScope SCOPE = MirrorScope.all();

    @Override
    public String name() {
        return "check";
    }

    @Override
    public CaseReport run(Lab lab) throws Exception {
        Dataset dataset = Dataset.spread(lab.keys(100_000));
        CaseReport report = new CaseReport(name(), dataset + " on both sides, equal");
        Site primary = lab.primary(dataset);
        try (Site standby = Site.start()) {
            Dataset.write(dataset.keys(), standby.store());
            for (Level level : new Level[] {Level.VALUES, Level.KEYS}) {
                if (lab.warmsUp()) {
                    scan(primary, standby, level, dataset);
                    check(primary, standby, level, dataset);
                }
                String checked = "check " + level.name().toLowerCase(Locale.ROOT);
                String scanned = "two raw scans, " + level.name().toLowerCase(Locale.ROOT);
                for (int round = 0; round < lab.rounds(ROUNDS); round++) {
                    scan(primary, standby, level, dataset).into(report, scanned);
                    check(primary, standby, level, dataset).into(report, checked);
                }
                lab.say(name() + ": " + checked + " " + Table.figure(report.median(checked, "s")) + " s");
                report.atMost(
                        1.25,
                        "time of " + checked + " over two raw scans side by side",
                        report.quotient(checked, scanned, "s"));
            }
        }
        return report;
    }

    private static Meter.Reading check(Site primary, Site standby, Level level, Dataset dataset) {
        Meter meter = new Meter(primary, standby);
        ConsistencyReport verdict = new DefaultConsistencyChecker(
                        primary.store(), standby.store(), CheckerOptions.DEFAULT)
                .check(SCOPE, level);
        Meter.Reading reading = meter.read();
        if (!verdict.isConsistent() || verdict.comparison().compared() != dataset.size()) {
            throw new IllegalStateException("two equal sides were not found equal: " + verdict);
        }
        return reading;
    }

    private static Meter.Reading scan(Site primary, Site standby, Level level, Dataset dataset) throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            Meter meter = new Meter(primary, standby);
            Future<Long> there = other.submit(() -> scan(standby.store(), level));
            long here = scan(primary.store(), level);
            if (here != dataset.size() || there.get() != dataset.size()) {
                throw new IllegalStateException("a scan did not see all keys");
            }
            return meter.read();
        } finally {
            other.shutdownNow();
        }
    }

    private static long scan(KeyStore store, Level level) throws InterruptedException {
        RangeRequest request = RangeRequest.of(SCOPE.range(), 0, CheckerOptions.DEFAULT.pageSize());
        return RawReader.read(store, level == Level.KEYS ? request.onlyKeys() : request, page -> {});
    }
}
