package io.drkit.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Tries to lock a file, in a process of its own: a process never meets its own locks. */
public final class LockingProgram {

    private static final int LOCKED_BY_ANOTHER = 7;

    private LockingProgram() {}

    /** Whether another process than this one can lock the file. */
    public static boolean canLock(Path file) throws IOException, InterruptedException {
        int exit = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockingProgram.class.getName(),
                        file.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0 && exit != LOCKED_BY_ANOTHER) {
            throw new IllegalStateException("The program that tries to lock " + file + " ended with " + exit + ".");
        }
        return exit == 0;
    }

    /** @param arguments the file */
    public static void main(String[] arguments) throws IOException {
        try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
            System.exit(channel.tryLock() != null ? 0 : LOCKED_BY_ANOTHER);
        }
    }
}
