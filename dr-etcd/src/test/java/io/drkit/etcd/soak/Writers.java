package io.drkit.etcd.soak;

import io.drkit.DrException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Those who write all the time: users of the primary, and a stranger on the standby. What they are not told has succeeded they let be. */
final class Writers implements AutoCloseable {

    /** Where only the stranger writes. */
    static final String STRANGE = "/registry/strange/";

    private static final String CONTESTED = "/registry/contested/";
    private static final int USERS = 4;
    private static final int KEYS = 600;
    private static final int CONTESTED_KEYS = 20;
    private static final int STRANGE_KEYS = 10;

    private final KeyStore primary;
    private final KeyStore standby;
    private final ExecutorService threads = Executors.newFixedThreadPool(USERS + 1);
    private final List<Future<?>> work;
    private final AtomicLong done;
    private volatile boolean isOver;

    /** @param done counts what was acknowledged */
    Writers(KeyStore primary, KeyStore standby, Random random, AtomicLong done) {
        this.primary = primary;
        this.standby = standby;
        this.done = done;
        Random strangers = new Random(random.nextLong());
        List<Random> users = IntStream.range(0, USERS)
                .mapToObj(i -> new Random(random.nextLong()))
                .toList();
        this.work = Stream.concat(
                        users.stream().<Future<?>>map(user -> threads.submit(() -> use(user))),
                        Stream.of(threads.submit(() -> strange(strangers))))
                .toList();
    }

    private void use(Random random) {
        Lease lease = null;
        while (!isOver) {
            try {
                lease = lease(random, lease);
                commit(primary, new Transaction(List.of(), operations(random, lease == null ? 0 : lease.id())));
            } catch (DrException e) {
                // Done or not: the recording tells.
            }
            LockSupport.parkNanos(random.nextInt(40) * 1_000_000L);
        }
    }

    /** A lease for some of the keys, ended now and then with them. */
    private @Nullable Lease lease(Random random, @Nullable Lease lease) {
        if (lease != null && random.nextInt(100) == 0) {
            lease.close();
            return null;
        }
        return lease == null && random.nextInt(50) == 0 ? primary.grantLease(Duration.ofSeconds(5)) : lease;
    }

    private static List<Operation> operations(Random random, long lease) {
        int dice = random.nextInt(1_000);
        int count = dice == 0 ? 200 + random.nextInt(300) : dice < 120 ? 2 + random.nextInt(10) : 1;
        Map<String, Operation> operations = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            int place = random.nextInt(40);
            String key = place == 0
                    ? "/elsewhere/" + random.nextInt(5)
                    : place < 4 ? CONTESTED + random.nextInt(CONTESTED_KEYS) : "/registry/key/" + random.nextInt(KEYS);
            boolean leased = place >= 4 && random.nextInt(10) == 0;
            operations.put(
                    key,
                    random.nextInt(3) == 0
                            ? Operation.delete(Bytes.utf8(key))
                            : new Operation.Put(Bytes.utf8(key), value(random), leased ? lease : 0));
        }
        return List.copyOf(operations.values());
    }

    private static Bytes value(Random random) {
        String unique = Long.toHexString(random.nextLong());
        return Bytes.utf8(random.nextInt(50) == 0 ? unique.repeat(1 + random.nextInt(4_000)) : unique);
    }

    /** Keys that the primary never has, and such as it has not at the moment. */
    private void strange(Random random) {
        while (!isOver) {
            try {
                if (random.nextInt(3) == 0) {
                    Bytes key = Bytes.utf8(CONTESTED + random.nextInt(CONTESTED_KEYS));
                    commit(
                            standby,
                            new Transaction(List.of(Guard.absent(key)), List.of(Operation.put(key, value(random)))));
                } else {
                    Bytes key = Bytes.utf8(STRANGE + random.nextInt(STRANGE_KEYS));
                    Operation operation =
                            random.nextInt(4) == 0 ? Operation.delete(key) : Operation.put(key, value(random));
                    commit(standby, new Transaction(List.of(), List.of(operation)));
                }
            } catch (DrException e) {
                // As above.
            }
            LockSupport.parkNanos(random.nextInt(1_000) * 1_000_000L);
        }
    }

    private void commit(KeyStore store, Transaction transaction) {
        if (store.commit(transaction) instanceof CommitResult.Committed) {
            done.incrementAndGet();
        }
    }

    /** The primary has every key that both wrote, so that no stranger's value stays there. */
    static List<Operation> settlement(String mark) {
        return IntStream.range(0, CONTESTED_KEYS)
                .mapToObj(i -> Operation.put(Bytes.utf8(CONTESTED + i), Bytes.utf8(mark)))
                .toList();
    }

    /** The stranger takes away what is its own. */
    static List<Operation> withdrawal() {
        return IntStream.range(0, STRANGE_KEYS)
                .mapToObj(i -> Operation.delete(Bytes.utf8(STRANGE + i)))
                .toList();
    }

    /** Waits for what is under way. */
    @Override
    public void close() throws InterruptedException {
        isOver = true;
        threads.shutdown();
        try {
            for (Future<?> each : work) {
                each.get(60, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("a writer failed", e);
        } finally {
            threads.shutdownNow();
        }
    }
}
