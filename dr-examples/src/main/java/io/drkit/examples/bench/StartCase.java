package io.drkit.examples.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What does it cost to start a process, before it does anything for its caller? */
final class StartCase implements BenchCase {

    private static final String BARE = "java -version";
    private static final String HELP = "drkit --help";
    private static final String LAUNCHER = "drkit --help, by its launcher";
    private static final String IDLE = "drkit mirror --once, nothing to copy";
    private static final int ROUNDS = 5;

    @Override
    public String name() {
        return "start";
    }

    @Override
    public CaseReport run(Lab lab) throws Exception {
        CaseReport report = new CaseReport(name(), "processes with nothing to do, from start to end");
        try (Site primary = Site.start();
                Site standby = Site.start()) {
            Map<String, Supplier<Child>> programs = new LinkedHashMap<>();
            List<String> bare = new ArrayList<>(Child.java(List.of()));
            bare.add("-version");
            programs.put(BARE, () -> Child.start(bare));
            programs.put(HELP, () -> Child.drkit(List.of(), "--help"));
            String launcher = System.getProperty("drkit.launcher");
            if (launcher != null) {
                programs.put(LAUNCHER, () -> Child.start(List.of(launcher, "--help")));
            }
            programs.put(IDLE, () -> Child.onPair(List.of(), "mirror", primary, standby, "--once"));
            for (int round = 0; round < lab.rounds(ROUNDS); round++) {
                for (Map.Entry<String, Supplier<Child>> program : programs.entrySet()) {
                    Meter meter = new Meter(primary, standby);
                    try (Child child = program.getValue().get()) {
                        child.awaitDone();
                        Meter.Reading reading = meter.read();
                        report.add(program.getKey(), "s", reading.seconds());
                        report.add(program.getKey(), "program cpu s", reading.programCpu());
                    }
                }
            }
        }
        report.ratio("drkit --help over a bare JVM", report.quotient(HELP, BARE, "s"));
        report.ratio("drkit mirror --once over a bare JVM", report.quotient(IDLE, BARE, "s"));
        return report;
    }
}
