package io.drkit.examples.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Help.Ansi;

/** Tells the story: a line for each step, with what was verified and how long it took; a step that does not hold ends the story. */
final class Teller {

    /** How wide the columns are. */
    private static final int NUMBER = 3;

    private static final int WHAT = 44;

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

    /** Work that tells on the way what it does. */
    interface TellingWork<T> {
        T of(Consumer<String> onTheWay) throws Exception;
    }

    /** Verifies what came of a step, and says what was verified: a line each. */
    interface Verification<T> {
        String of(T outcome) throws Exception;
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

    /** Tells a step: what is done, then, when {@code work} has returned it, what was verified. */
    void step(String what, Callable<String> work) throws InterruptedException {
        step(what, work, verified -> verified);
    }

    /** The same, where others need what comes of it. */
    <T> T step(String what, Callable<T> work, Verification<T> verification) throws InterruptedException {
        begin(what);
        return finish("", work, verification);
    }

    /** The same, with a line for whatever it tells on the way. */
    <T> T longStep(String what, TellingWork<T> work, Verification<T> verification) throws InterruptedException {
        begin(what);
        say("");
        return finish(
                " ".repeat(NUMBER + WHAT),
                () -> work.of(line -> say(" ".repeat(2 * NUMBER) + "@|faint " + line + "|@")),
                verification);
    }

    private void begin(String what) {
        step++;
        out.print(Ansi.AUTO.string(String.format("@|faint %2d|@ %-" + WHAT + "s", step, what)));
        out.flush();
    }

    private <T> T finish(String indent, Callable<T> work, Verification<T> verification) throws InterruptedException {
        long began = System.nanoTime();
        try {
            T outcome = work.call();
            String[] verified = verification.of(outcome).split("\n", -1);
            String took = String.format("%5.1f s", seconds(Duration.ofNanos(System.nanoTime() - began)));
            say(indent + "@|green ok|@ @|faint " + took + "|@  " + verified[0]);
            for (int i = 1; i < verified.length; i++) {
                say(" ".repeat(NUMBER + WHAT + "ok ".length() + took.length() + 2) + verified[i]);
            }
            return outcome;
        } catch (InterruptedException | BrokenPromiseException e) {
            say(indent + "@|red FAILED|@");
            throw e;
        } catch (Exception e) {
            say(indent + "@|red FAILED|@");
            throw new BrokenPromiseException(e);
        }
    }

    void figure(String name, String value) {
        say(String.format("%" + NUMBER + "s%-11s %s", "", name, value));
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
