package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.keystore.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Several writers at once, each a thread with a connection of its own. */
final class Writers implements AutoCloseable {

    static final int COUNT = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<Writer> writers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    Writers(Supplier<KeyStore> connect, long seed) {
        for (int i = 0; i < COUNT; i++) {
            Writer writer = new Writer(connect.get(), i, seed);
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
            verify(System.nanoTime() < deadline, "the primary took fewer than " + writes + " writes in a minute");
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

    void verifyAllArrived(KeyStore standby) {
        Toll toll = judge(standby, System.nanoTime());
        verify(toll.whole && toll.missing == 0, "the standby lacks writes that the primary acknowledged: " + toll);
    }

    /**
     * What a store lacks of all writers' acknowledged writes.
     *
     * @param age of the oldest write it lacks, at the moment asked about; zero where it lacks none
     * @param whole whether no write arrived in part
     */
    record Toll(int missing, Duration age, boolean whole) {}

    /** For writers that are paused or stopped. */
    Toll judge(KeyStore store, long atNanos) {
        int missing = 0;
        Duration age = Duration.ZERO;
        boolean whole = true;
        for (Writer writer : writers) {
            Writer.Loss loss = writer.judge(store);
            missing += loss.missing();
            whole &= loss.whole();
            if (loss.missing() > 0) {
                Duration older = Duration.ofNanos(atNanos - loss.oldestNanos());
                age = older.compareTo(age) > 0 ? older : age;
            }
        }
        return new Toll(missing, age, whole);
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
