package io.drkit.examples.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Help.Ansi;

/** Tells the story: a line for each step, with what was verified and how long it took; a step that does not hold ends the story. */
final class Teller {

    /** A promise that was not kept. */
    static final class BrokenPromiseException extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenPromiseException(String message) {
            super(message);
        }
    }

    private final PrintWriter out;
    private int step;

    Teller(PrintWriter out) {
        this.out = out;
    }

    void title(String text) {
        say("");
        say("@|bold " + text + "|@");
        say("");
    }

    /** Tells a step: what is done, then, when {@code work} has returned it, what was verified. */
    void step(String what, Callable<String> work) throws Exception {
        step++;
        out.print(Ansi.AUTO.string(String.format("@|faint %2d|@ %-46s ", step, what)));
        out.flush();
        long began = System.nanoTime();
        try {
            String verified = work.call();
            say("@|green ok|@ @|faint " + String.format("%5.1f s", seconds(Duration.ofNanos(System.nanoTime() - began)))
                    + "|@  " + verified);
        } catch (Exception e) {
            say("@|red FAILED|@");
            throw e;
        }
    }

    void figure(String name, String value) {
        say(String.format("   %-26s %s", name, value));
    }

    void say(String markup) {
        out.println(Ansi.AUTO.string(markup));
        out.flush();
    }

    static void verify(boolean promise, String broken) {
        if (!promise) {
            throw new BrokenPromiseException(broken);
        }
    }

    static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }
}
