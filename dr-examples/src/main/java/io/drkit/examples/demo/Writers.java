package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.keystore.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Several writers at once, each a thread with a connection of its own. */
final class Writers implements AutoCloseable {

    static final int COUNT = 4;

    private static final String FOLDER = "/registry/configmaps/demo/";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<Writer> writers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** @param name of their keys' folder */
    Writers(String name, Supplier<KeyStore> connect, long seed) {
        for (int i = 0; i < COUNT; i++) {
            Writer writer = new Writer(connect.get(), FOLDER + name + "-" + i + "/", seed + i);
            Thread thread = new Thread(writer, "writer-" + i);
            thread.setDaemon(true);
            writers.add(writer);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    int acknowledged() {
        return writers.stream().mapToInt(Writer::acknowledged).sum();
    }

    /** Waits until so many more writes have been acknowledged. */
    void awaitMore(int writes) throws InterruptedException {
        int target = acknowledged() + writes;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (acknowledged() < target) {
            verify(System.nanoTime() < deadline, "fewer than " + writes + " writes were taken in a minute");
            Thread.sleep(10);
        }
    }

    void pause() {
        writers.forEach(Writer::pause);
    }

    void resume() {
        writers.forEach(Writer::resume);
    }

    /** Ends all writers, and waits for them. */
    void stop() throws InterruptedException {
        writers.forEach(Writer::stop);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    void verifyAllArrived(KeyStore store) {
        Toll toll = judge(store);
        verify(toll.whole && toll.missing == 0, store.name() + " lacks writes that were acknowledged: " + toll);
    }

    /**
     * What a store lacks of all writers' acknowledged writes.
     *
     * @param oldest when the oldest write that it lacks was acknowledged; empty where it lacks none
     * @param whole whether no write arrived in part
     */
    record Toll(int missing, Optional<Instant> oldest, boolean whole) {}

    /** For writers that are paused or stopped. */
    Toll judge(KeyStore store) {
        List<Writer.Loss> losses =
                writers.stream().map(writer -> writer.judge(store)).toList();
        return new Toll(
                losses.stream().mapToInt(Writer.Loss::missing).sum(),
                losses.stream().flatMap(loss -> loss.oldest().stream()).min(Comparator.naturalOrder()),
                losses.stream().allMatch(Writer.Loss::whole));
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
