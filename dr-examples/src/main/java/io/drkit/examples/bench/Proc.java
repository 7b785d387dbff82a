package io.drkit.examples.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What Linux knows of a process. */
final class Proc {

    private static final double TICKS_PER_SECOND = 100;
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int CHILDREN_USER = 13;
    private static final int CHILDREN_SYSTEM = 14;

    /** user, nice, system, irq, softirq, steal; not idle, and not waiting for input or output. */
    private static final int[] MACHINE_BUSY = {1, 2, 3, 6, 7, 8};

    private Proc() {}

    /** CPU time so far, of a process that runs. */
    static double cpuSeconds(long pid) {
        String[] stat = stat(Long.toString(pid));
        return ticks(stat, USER) + ticks(stat, SYSTEM);
    }

    /** CPU time so far of this JVM and of all processes that it started and saw end. */
    static double ownCpuSeconds() {
        String[] stat = stat("self");
        return ticks(stat, USER) + ticks(stat, SYSTEM) + ticks(stat, CHILDREN_USER) + ticks(stat, CHILDREN_SYSTEM);
    }

    /** CPU time so far of everything on this machine, whoever spent it. */
    static double machineCpuSeconds() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
            String[] all = lines.findFirst().orElseThrow().split(" +");
            return IntStream.of(MACHINE_BUSY)
                    .mapToDouble(field -> ticks(all, field))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The most memory that was resident so far; 0 where the process has ended. */
    static double peakResidentMebibytes(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** The fields after the command's name, which may hold anything. */
    private static String[] stat(String pid) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double ticks(String[] stat, int field) {
        return Long.parseLong(stat[field]) / TICKS_PER_SECOND;
    }
}
