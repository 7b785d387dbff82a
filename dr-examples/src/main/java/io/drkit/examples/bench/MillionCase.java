package io.drkit.examples.bench;

import io.drkit.examples.bench.Dataset.Layout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Do a million keys fit through a small heap, however they lie? */
final class MillionCase implements BenchCase {

    private static final String HEAP = "-Xmx256m";
    private static final double MEBIBYTES = 512;

    @Override
    public String name() {
        return "million";
    }

    @Override
    public CaseReport run(Lab lab) throws Exception {
        int size = lab.keys(1_000_000);
        CaseReport report = new CaseReport(
                name(),
                String.format(
                        Locale.ROOT,
                        "%,d keys of %,d bytes, drkit mirror --once, check, snapshot save and verify as processes with %s",
                        size,
                        Dataset.VALUE_BYTES,
                        HEAP));
        for (Layout layout : Layout.values()) {
            Dataset dataset = new Dataset(size, layout);
            Site primary = lab.primary(dataset);
            try (Site standby = Site.start()) {
                measure(lab, report, row("mirror", layout), dataset, primary, standby, "mirror", "--once");
                // Its exit code is 0 only if all keys are equal.
                measure(lab, report, row("check", layout), dataset, primary, standby, "check", "--level", "values");
            }
        }
        snapshot(lab, report, lab.primary(new Dataset(size, Layout.SPREAD)), size);
        for (String what : List.of("mirror", "check")) {
            double spread = report.median(row(what, Layout.SPREAD), "s");
            double one = report.median(row(what, Layout.ONE_RESOURCE), "s");
            report.ratio(what + ": time in one resource over that in many", one / spread);
        }
        for (String row : report.rows().keySet()) {
            report.atMost(
                    1,
                    "resident memory over " + Table.figure(MEBIBYTES) + " MiB, " + row,
                    report.median(row, "resident MiB") / MEBIBYTES);
        }
        return report;
    }

    private static void snapshot(Lab lab, CaseReport report, Site primary, int keys) throws Exception {
        Path folder = Files.createTempDirectory("drkit-bench");
        try {
            String[] save = {"snapshot", "save", "--at", primary.endpoint(), "--in", folder.toString()};
            // Its exit code is 0 only if a real etcd serves from it what the primary holds.
            String[] verify = {"snapshot", "verify", "--at", primary.endpoint(), "--in", folder.toString()};
            for (String[] command : List.of(save, verify)) {
                Meter meter = new Meter(primary, primary);
                measure(lab, report, "snapshot " + command[1], keys, meter, Child.drkit(List.of(HEAP), command));
            }
        } finally {
            SeedingCase.delete(folder);
        }
    }

    private static String row(String what, Layout layout) {
        return what + (layout == Layout.SPREAD ? ", many resources" : ", one resource");
    }

    private static void measure(
            Lab lab,
            CaseReport report,
            String row,
            Dataset dataset,
            Site primary,
            Site standby,
            String command,
            String... arguments)
            throws InterruptedException {
        Meter meter = new Meter(primary, standby);
        measure(
                lab,
                report,
                row,
                dataset.size(),
                meter,
                Child.onPair(List.of(HEAP), command, primary, standby, arguments));
    }

    private static void measure(Lab lab, CaseReport report, String row, int keys, Meter meter, Child program)
            throws InterruptedException {
        try (Child child = program) {
            child.awaitDone();
            Meter.Reading reading = meter.read();
            reading.into(report, row, keys);
            report.add(row, "resident MiB", child.peakResidentMebibytes());
            lab.say("million: " + row + " " + Table.figure(reading.seconds()) + " s, "
                    + Table.figure(child.peakResidentMebibytes()) + " MiB");
        }
    }
}
