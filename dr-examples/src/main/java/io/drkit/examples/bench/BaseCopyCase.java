package io.drkit.examples.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** How fast is the first copy: against etcd's make-mirror, and against what the two servers can do at most? */
final class BaseCopyCase implements BenchCase {

    private static final String MIRROR = "mirror, in this JVM";
    private static final String PROCESS = "drkit mirror --once, a process";
    private static final String MAKE_MIRROR = "etcdctl make-mirror, a process";
    private static final String RAW_WRITER = "raw writer alone";
    private static final String RAW_COPIER = "raw reader and writer";

    private static final int ROUNDS = 5;
    /** It is slow, and the same each time. */
    private static final int SLOW_ROUNDS = 2;

    @Override
    public String name() {
        return "base-copy";
    }

    @Override
    public CaseReport run(Lab lab) throws Exception {
        Dataset dataset = Dataset.spread(lab.keys(100_000));
        CaseReport report = new CaseReport(name(), dataset + " to an empty standby");
        Copying copying = new Copying(lab.primary(dataset), dataset);
        Map<String, Copying.Way> ways = new LinkedHashMap<>();
        ways.put(RAW_WRITER, copying::rawWriter);
        ways.put(RAW_COPIER, copying::rawCopier);
        ways.put(MIRROR, copying::mirror);
        if (lab.warmsUp()) {
            for (Copying.Way way : ways.values()) {
                copying.measure(way);
            }
        }
        ways.put(PROCESS, copying::process);
        ways.put(MAKE_MIRROR, copying::makeMirror);
        for (int round = 0; round < lab.rounds(ROUNDS); round++) {
            for (Map.Entry<String, Copying.Way> way : ways.entrySet()) {
                if (round < lab.rounds(SLOW_ROUNDS) || !way.getKey().equals(MAKE_MIRROR)) {
                    Meter.Reading reading = copying.measure(way.getValue());
                    lab.say(name() + ": " + way.getKey() + " " + Table.figure(reading.seconds()) + " s");
                    reading.into(report, way.getKey(), dataset.size());
                }
            }
        }
        compare(report);
        return report;
    }

    private static void compare(CaseReport report) {
        report.atLeast(15, "mirror's speed over make-mirror's", report.quotient(MAKE_MIRROR, MIRROR, "s"));
        report.ratio("the process's speed over make-mirror's", report.quotient(MAKE_MIRROR, PROCESS, "s"));
        report.atLeast(0.9, "mirror's speed over the raw writer's", report.quotient(RAW_WRITER, MIRROR, "s"));
        report.atLeast(0.9, "mirror's speed over raw reader and writer", report.quotient(RAW_COPIER, MIRROR, "s"));
        report.ratio("mirror's CPU time over raw reader and writer", report.quotient(MIRROR, RAW_COPIER, "cpu s"));
    }
}
