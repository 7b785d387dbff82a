package io.drkit.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicInteger;

/** A command that runs until it is stopped, as by SIGTERM. */
final class Running {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final AtomicInteger code = new AtomicInteger(-1);
    private final Thread thread;

    private Running(String... arguments) {
        thread = new Thread(
                () -> code.set(DrKit.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments)),
                "drkit");
    }

    static Running start(String... arguments) {
        Running running = new Running(arguments);
        running.thread.start();
        return running;
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    /** What a stop signal does; returns the exit code. */
    int stop() throws InterruptedException {
        thread.interrupt();
        return ended();
    }

    /** Waits until it has ended by itself; returns the exit code. */
    int ended() throws InterruptedException {
        thread.join(20_000);
        return code.get();
    }
}
