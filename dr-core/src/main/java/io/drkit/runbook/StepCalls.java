package io.drkit.runbook;

import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.runbook.Runbook.Placed;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls what steps are made of: each with its deadline, again where a site did not answer, and to an end before anything else is done. A call is
 * interrupted when the run is stopped or when its lock is lost.
 */
final class StepCalls implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StepCalls.class);
    private static final long LOOK_MILLIS = 500;

    private final BooleanSupplier held;
    private final Duration endPatience;
    private final BiConsumer<Placed<?>, String> progress;
    private final ExecutorService threads = Executors.newCachedThreadPool(StepCalls::daemon);
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(StepCalls::daemon);

    StepCalls(BooleanSupplier held, Duration endPatience, BiConsumer<Placed<?>, String> progress) {
        this.held = held;
        this.endPatience = endPatience;
        this.progress = progress;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "runbook step");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Calls to the end.
     *
     * @throws DrException when it failed for good, whatever it was
     * @throws StoppedException when the run cannot go on
     */
    <T> T call(Placed<?> step, Callable<T> call) {
        StepOptions options = step.options();
        Retry retry = Retry.of(
                step.name(),
                RetryConfig.custom()
                        .maxAttempts(options.attempts())
                        .intervalFunction(IntervalFunction.ofExponentialBackoff(
                                Math.max(1, options.pause().toMillis()), 2))
                        .retryOnException(failure -> failure instanceof SiteUnreachableException
                                || failure instanceof OutcomeUnknownException)
                        .build());
        retry.getEventPublisher()
                .onRetry(event -> progress.accept(
                        step, "trying again, for " + event.getLastThrowable().getMessage()));
        try {
            return retry.executeCallable(() -> once(step, call));
        } catch (DrException | StoppedException e) {
            throw e;
        } catch (InterruptedException e) {
            throw stopped(e);
        } catch (Exception e) {
            if (Thread.currentThread().isInterrupted()) {
                throw stopped(e);
            }
            throw unexpected(step, e);
        }
    }

    private static UnsafeToProceedException unexpected(Placed<?> step, Throwable failure) {
        LOG.warn("Step {} failed in a way that nobody expected", step.name(), failure);
        return new UnsafeToProceedException("It failed in a way that nobody expected: "
                + failure.getClass().getSimpleName() + ": " + failure.getMessage());
    }

    /** What a call came to, whatever it threw: so an exception of the wait for it is the wait's own, a timeout or an interrupt. */
    private sealed interface Ended<T> {

        record Returned<T>(T value) implements Ended<T> {}

        record Threw<T>(Throwable failure) implements Ended<T> {}

        static <T> Ended<T> of(Callable<T> call) {
            try {
                return new Returned<>(call.call());
            } catch (Throwable e) {
                return new Threw<>(e);
            }
        }
    }

    private <T> T once(Placed<?> step, Callable<T> call) throws Exception {
        Ended<T> ended = awaited(step, call);
        if (ended instanceof Ended.Returned<T> returned) {
            return returned.value();
        }
        Throwable failure = ((Ended.Threw<T>) ended).failure();
        throw failure instanceof DrException known ? known : unexpected(step, failure);
    }

    private <T> Ended<T> awaited(Placed<?> step, Callable<T> call) throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        FutureTask<Ended<T>> task = new FutureTask<>(() -> Ended.of(call));
        threads.execute(() -> {
            try {
                task.run();
            } finally {
                ended.countDown();
            }
        });
        Future<?> looking = watch.scheduleWithFixedDelay(
                () -> {
                    if (!held.getAsBoolean()) {
                        task.cancel(true);
                    }
                },
                LOOK_MILLIS,
                LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
        try {
            return limiter(step.options().deadline()).executeFutureSupplier(() -> task);
        } catch (TimeoutException e) {
            awaitEnd(step, ended);
            throw new UnsafeToProceedException(
                    "It had not ended after " + step.options().deadline().toMillis() / 1e3 + " s, its deadline.");
        } catch (CancellationException e) {
            awaitEnd(step, ended);
            throw new StoppedException(
                    "The lock of the run was lost while " + step.name()
                            + " was under way; it was interrupted. Look who has it, and go on.",
                    e);
        } catch (InterruptedException e) {
            task.cancel(true);
            awaitEnd(step, ended);
            throw e;
        } finally {
            looking.cancel(false);
        }
    }

    private static TimeLimiter limiter(Duration deadline) {
        return TimeLimiter.of(TimeLimiterConfig.custom()
                .timeoutDuration(deadline)
                .cancelRunningFuture(true)
                .build());
    }

    /** Until then it could change something behind the back of what comes next. */
    private void awaitEnd(Placed<?> step, CountDownLatch ended) {
        boolean interrupted = Thread.interrupted();
        try {
            if (!ended.await(endPatience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new StoppedException(
                        "Step " + step.name() + " was interrupted and has not ended " + endPatience.toSeconds()
                                + " s later: end this process before you go on.",
                        null);
            }
        } catch (InterruptedException e) {
            interrupted = true;
            throw new StoppedException("Step " + step.name() + " was interrupted, and may still be at work.", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static StoppedException stopped(Exception e) {
        Thread.currentThread().interrupt();
        return new StoppedException("It was stopped.", e);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        watch.shutdownNow();
    }
}
