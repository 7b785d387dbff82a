package io.drkit.examples.bench;

import java.util.List;

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
                copying.measure(copying::rawCopier).into(report, raw(SIZES[i]), dataset.size());
                copying.measure(copying::mirror).into(report, mirror(SIZES[i]), dataset.size());
            }
            lab.say(name() + ": " + dataset.size() + " keys, " + Table.figure(report.median(mirror(SIZES[i]), "µs/key"))
                    + " µs a key");
            report.ratio(
                    "mirror's speed over raw reader and writer, " + dataset.size() + " keys",
                    report.quotient(raw(SIZES[i]), mirror(SIZES[i]), "s"));
        }
        for (int i = 1; i < SIZES.length && !lab.quick(); i++) {
            for (String column : List.of("µs/key", "cpu µs/key")) {
                String what = column + " among " + SIZES[i] + " keys over that among " + SIZES[0];
                report.ratio(what + ", mirror", report.quotient(mirror(SIZES[i]), mirror(SIZES[0]), column));
                report.ratio(what + ", raw", report.quotient(raw(SIZES[i]), raw(SIZES[0]), column));
            }
        }
        return report;
    }

    private static String mirror(int size) {
        return "mirror, " + size + " keys";
    }

    private static String raw(int size) {
        return "raw reader and writer, " + size + " keys";
    }
}
