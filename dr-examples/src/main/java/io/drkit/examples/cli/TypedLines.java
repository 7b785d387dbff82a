package io.drkit.examples.cli;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Lines that a person types, read by a thread of its own: who waits for one can be interrupted, which a read of stdin does not heed. */
final class TypedLines {

    private final BufferedReader reader;
    private final ExecutorService reading = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "drkit-typed");
        thread.setDaemon(true);
        return thread;
    });

    TypedLines(InputStream from) {
        this.reader = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8));
    }

    /** Waits for the next one; null at the end of the input, when it cannot be read, and when this thread is interrupted, which it still is then. */
    @Nullable String next() {
        try {
            return reading.submit(reader::readLine).get();
        } catch (ExecutionException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
