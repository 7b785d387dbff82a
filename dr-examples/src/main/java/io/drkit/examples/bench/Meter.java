package io.drkit.examples.bench;

/** How long something took from here on, and the CPU time that all who took part spent on it. */
final class Meter {

    private final Site primary;
    private final Site standby;
    private final double ownCpu = Proc.ownCpuSeconds();
    private final double primaryCpu;
    private final double standbyCpu;
    private final double machineCpu;
    private final long began;

    /** @param standby may be the primary too, where there is but one */
    Meter(Site primary, Site standby) {
        this.primary = primary;
        this.standby = standby;
        this.primaryCpu = primary.cpuSeconds();
        this.standbyCpu = standby.cpuSeconds();
        this.machineCpu = Proc.machineCpuSeconds();
        this.began = System.nanoTime();
    }

    /**
     * What it came to.
     *
     * @param programCpu of what is measured
     * @param clientsCpu of this JVM, where it is not what is measured; 0 where it is
     * @param machineCpu of all that ran on this machine
     */
    record Reading(
            double seconds,
            double programCpu,
            double clientsCpu,
            double primaryCpu,
            double standbyCpu,
            double machineCpu) {

        void into(CaseReport report, String row) {
            report.add(row, "s", seconds);
            cpuInto(report, row);
        }

        /** With what each of so many keys took. */
        void into(CaseReport report, String row, int keys) {
            into(report, row);
            report.add(row, "µs/key", seconds / keys * 1e6);
            report.add(row, "cpu µs/key", cpu() / keys * 1e6);
        }

        private double cpu() {
            return programCpu + clientsCpu + primaryCpu + standbyCpu;
        }

        void cpuInto(CaseReport report, String row) {
            report.add(row, "program cpu s", programCpu);
            if (clientsCpu > 0) {
                report.add(row, "clients cpu s", clientsCpu);
            }
            report.add(row, "primary cpu s", primaryCpu);
            report.add(row, "standby cpu s", standbyCpu);
            report.add(row, "cpu s", cpu());
            report.add(row, "cores busy", cpu() / seconds);
            // The noise: cores that were busy with something else. The kernel's work for others, and what is on the
            // edge of a tick.
            report.add(row, "elsewhere", Math.max(0, machineCpu - cpu()) / seconds);
        }
    }

    /** Seconds until now. */
    double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    /** Until now; for work of this JVM, or of a program that it started and that has ended by now. */
    Reading read() {
        return read(seconds());
    }

    /** As {@link #read()}, where what is measured had come to its end after {@code seconds}. */
    Reading read(double seconds) {
        return read(seconds, Proc.ownCpuSeconds() - ownCpu, 0);
    }

    /** Until now; for a program that still runs, and spent {@code programCpu} meanwhile, while this JVM's clients kept it busy. */
    Reading readOfProgram(double programCpu) {
        return read(seconds(), programCpu, Proc.ownCpuSeconds() - ownCpu);
    }

    private Reading read(double seconds, double programCpu, double clientsCpu) {
        return new Reading(
                seconds,
                programCpu,
                clientsCpu,
                primary.cpuSeconds() - primaryCpu,
                standby.cpuSeconds() - standbyCpu,
                Proc.machineCpuSeconds() - machineCpu);
    }
}
