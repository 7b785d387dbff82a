package io.drkit.examples.cli;

import io.drkit.DrException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that works until it is done or a signal stops it. */
abstract class StoppableCommand implements Callable<Integer> {

    @Mixin
    CommonOptions common = new CommonOptions();

    /** Connects, runs, and closes the connections. */
    abstract int connectAndRun() throws Exception;

    @Override
    public final Integer call() throws Exception {
        Logs.configure(common.verbose);
        try {
            return connectAndRun();
        } catch (InterruptedException e) {
            return stopped();
        } catch (DrException e) {
            // A call that was interrupted ends as if a site could not be reached.
            if (Thread.interrupted()) {
                return stopped();
            }
            throw e;
        }
    }

    /** What it means that the command was stopped by a signal before it ended by itself: the exit code, or the error. */
    protected int stopped() throws InterruptedException {
        throw new InterruptedException();
    }
}
