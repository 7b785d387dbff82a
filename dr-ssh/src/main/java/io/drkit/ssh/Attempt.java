package io.drkit.ssh;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Something of jsch's that may block in any state, on a thread of its own, so that its caller is back in time whatever becomes of it. */
final class Attempt {

    private Attempt() {}

    /** @throws TimeoutException when it did not end in time; it goes on, and must be made to end by whoever called */
    static <T> T within(Duration time, String name, Callable<T> work)
            throws InterruptedException, TimeoutException, Exception {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(Math.max(1, time.toNanos()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }
}
