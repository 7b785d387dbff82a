package io.drkit.examples.bench;

/** Does a key cost the same among a million others as among ten thousand? */
final class GrowthCase implements BenchCase {

    private static final int[] SIZES = {10_000, 100_000, 1_000_000};
    private static final int ROUNDS = 3;

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public CaseReport run(Lab lab) throws Exception {
        CaseReport report = new CaseReport(name(), "base copy of more and more keys, in this JVM");
        for (int i = 0; i < (lab.quick() ? 1 : SIZES.length); i++) {
            Dataset dataset = Dataset.spread(SIZES[i]);
            Copying copying = new Copying(lab.primary(dataset), dataset);
            if (lab.warmsUp() && i == 0) {
                for (int round = 0; round < ROUNDS; round++) {
                    copying.measure(copying::rawCopier);
                    copying.measure(copying::mirror);
                }
            }
            for (int round = 0; round < lab.rounds(ROUNDS); round++) {
                add(report, raw(SIZES[i]), copying.measure(copying::rawCopier), dataset);
                add(report, mirror(SIZES[i]), copying.measure(copying::mirror), dataset);
            }
            lab.say(name() + ": " + dataset.size() + " keys, " + Table.figure(report.median(mirror(SIZES[i]), "µs/key"))
                    + " µs a key");
            report.ratio(
                    "mirror's speed over raw reader and writer, " + dataset.size() + " keys",
                    report.quotient(raw(SIZES[i]), mirror(SIZES[i]), "s"));
        }
        for (int i = 1; i < SIZES.length && !lab.quick(); i++) {
            report.ratio(
                    "a key's cost among " + SIZES[i] + " over that among " + SIZES[0] + ", mirror",
                    report.median(mirror(SIZES[i]), "µs/key") / report.median(mirror(SIZES[0]), "µs/key"));
            report.ratio(
                    "a key's cost among " + SIZES[i] + " over that among " + SIZES[0] + ", raw",
                    report.median(raw(SIZES[i]), "µs/key") / report.median(raw(SIZES[0]), "µs/key"));
        }
        return report;
    }

    private static void add(CaseReport report, String row, Meter.Reading reading, Dataset dataset) {
        reading.into(report, row);
        report.add(row, "µs/key", reading.seconds() / dataset.size() * 1e6);
    }

    private static String mirror(int size) {
        return "mirror, " + size + " keys";
    }

    private static String raw(int size) {
        return "raw reader and writer, " + size + " keys";
    }
}
