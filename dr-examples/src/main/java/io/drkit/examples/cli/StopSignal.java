package io.drkit.examples.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Turns SIGTERM and SIGINT into the interrupt that ends a command in an orderly way, and its exit code into the process's: left to itself the
 * JVM would exit with 143 or 130, whatever the command makes of it.
 */
public final class StopSignal {

    private static final int PATIENCE_SECONDS = 15;

    private final CompletableFuture<Integer> code = new CompletableFuture<>();

    private StopSignal() {}

    /** From now on a signal interrupts {@code command}, and waits until it has {@link #ended}. */
    public static StopSignal interrupting(Thread command) {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> signal.stop(command), "drkit-stop"));
        return signal;
    }

    /** The command has ended by itself or after a signal. */
    public void ended(int exitCode) {
        code.complete(exitCode);
    }

    private void stop(Thread command) {
        if (code.isDone()) {
            return; // The JVM is on its way out by System.exit.
        }
        command.interrupt();
        int exit;
        try {
            exit = code.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            exit = ExitCodes.FAILED;
        }
        Runtime.getRuntime().halt(exit);
    }
}
