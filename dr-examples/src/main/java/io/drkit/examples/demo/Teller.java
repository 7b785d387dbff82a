package io.drkit.examples.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Help.Ansi;

/** Tells the story: a line for each step, with what was verified and how long it took; a step that does not hold ends the story. */
final class Teller {

    private static final String INDENT = "   ";

    /** A promise that was not kept. */
    static final class BrokenPromiseException extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenPromiseException(String message) {
            super(message);
        }

        BrokenPromiseException(Exception cause) {
            super(String.valueOf(cause.getMessage()), cause);
        }
    }

    /** A step that tells on the way what it does. */
    interface TellingWork {
        /** @return what was verified */
        String work(Consumer<String> onTheWay) throws Exception;
    }

    private final PrintWriter out;
    private int step;

    Teller(PrintWriter out) {
        this.out = out;
    }

    void title(String text) {
        say("");
        say("@|bold " + text + "|@");
    }

    /** Tells a step: what is done, then, when {@code work} has returned it, what was verified; a line each of it. */
    void step(String what, Callable<String> work) throws InterruptedException {
        begin(what);
        finish(work);
    }

    /** The same, with a line for whatever it tells on the way. */
    void longStep(String what, TellingWork work) throws InterruptedException {
        begin(what);
        say("");
        finish(() -> {
            String verified = work.work(line -> say("      @|faint " + line + "|@"));
            out.print(String.format("%3s%-42s ", "", ""));
            return verified;
        });
    }

    private void begin(String what) {
        step++;
        out.print(Ansi.AUTO.string(String.format("@|faint %2d|@ %-42s ", step, what)));
        out.flush();
    }

    private void finish(Callable<String> work) throws InterruptedException {
        long began = System.nanoTime();
        try {
            String[] verified = work.call().split("\n", -1);
            say("@|green ok|@ @|faint " + String.format("%5.1f s", seconds(Duration.ofNanos(System.nanoTime() - began)))
                    + "|@  " + verified[0]);
            for (int i = 1; i < verified.length; i++) {
                say(String.format("%58s%s", "", verified[i]));
            }
        } catch (InterruptedException | BrokenPromiseException e) {
            say("@|red FAILED|@");
            throw e;
        } catch (Exception e) {
            say("@|red FAILED|@");
            throw new BrokenPromiseException(e);
        }
    }

    void figure(String name, String value) {
        say(String.format("%s%-10s %s", INDENT, name, value));
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
