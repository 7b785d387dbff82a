package io.drkit.etcd.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.keystore.WatchEvent;
import io.drkit.mirror.Checkpoint;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Promise 2: whenever the checkpoint says C, the standby is what the primary was at C, however often the mirror is killed. */
class OracleTest extends OnRealEtcd {

    private static final int WRITERS = 8;
    /** Checkpoints that a mirror writes which is not killed early. */
    private static final int LEAST = 20;

    private static final Bytes CHECKPOINT = DrKitKeys.checkpoint("default");

    int kills() {
        return 6;
    }

    /** Lets one transaction be larger than what the standby takes at once. */
    @Override
    EtcdServerBuilder primaryServer() {
        return super.primaryServer().flags("--max-txn-ops=1000");
    }

    /** With leases that expire soon after a kill. */
    @Override
    EtcdServerBuilder standbyServer() {
        return super.standbyServer().flags("--heartbeat-interval=50", "--election-timeout=500");
    }

    @Test
    void every_checkpoint_tells_the_truth_however_often_the_mirror_is_killed() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        AtomicBoolean writing = new AtomicBoolean(true);
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        History source = History.of(primary());
        History copy = History.of(standby());
        primary().load(300);
        List<Future<?>> work = IntStream.range(0, WRITERS)
                .<Future<?>>mapToObj(i -> writers.submit(() -> write(new Random(seed + i), writing)))
                .toList();
        try {
            for (int i = 0; i < kills(); i++) {
                killAtSomeMoment(random, i > 0 && random.nextInt(5) == 0);
            }
            writing.set(false);
            for (Future<?> each : work) {
                each.get(30, TimeUnit.SECONDS);
            }
            pair().once(Pair.options().maxShrink(1));
            pair().assertEqual();
            source.end();
            copy.end();
            long compared = assertEveryCheckpoint(source, copy);
            assertThat(compared).as("checkpoints compared").isGreaterThan(LEAST / 2);
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        } finally {
            writing.set(false);
            writers.shutdownNow();
            source.close();
            copy.close();
        }
    }

    /** Often while it streams, sometimes while it starts or waits for its predecessor's lock to expire. */
    private void killAtSomeMoment(Random random, boolean early) throws InterruptedException {
        long goal = version() + LEAST + random.nextInt(100);
        Process mirror = MirrorProgram.start(pair());
        try {
            if (!early) {
                Awaitility.await()
                        .atMost(Pair.SOON)
                        .pollInterval(5, TimeUnit.MILLISECONDS)
                        .until(() -> version() >= goal || !mirror.isAlive());
            }
            LockSupport.parkNanos(random.nextInt(early ? 2_000 : 50) * 1_000_000L);
            assertThat(mirror.isAlive())
                    .as("the mirror runs until it is killed")
                    .isTrue();
        } finally {
            mirror.destroyForcibly().waitFor();
        }
    }

    private long version() {
        var read = standby().store().read(List.of(CHECKPOINT)).get(CHECKPOINT);
        return read == null ? 0 : read.version();
    }

    private void write(Random random, AtomicBoolean writing) {
        while (writing.get()) {
            Map<String, Operation> operations = new LinkedHashMap<>();
            int dice = random.nextInt(800);
            int count = dice == 0 ? 200 + random.nextInt(300) : dice < 100 ? 2 + random.nextInt(10) : 1;
            for (int i = 0; i < count; i++) {
                String key =
                        random.nextInt(20) == 0 ? "/elsewhere/" + random.nextInt(5) : Side.key(random.nextInt(600));
                operations.put(
                        key,
                        random.nextInt(3) == 0
                                ? Operation.delete(Bytes.utf8(key))
                                : Side.putting(key, Long.toString(random.nextLong())));
            }
            primary().commit(operations.values().toArray(Operation[]::new));
            LockSupport.parkNanos(random.nextInt(40) * 1_000_000L);
        }
    }

    /** @return how many were compared */
    private static long assertEveryCheckpoint(History source, History copy) {
        long compared = 0;
        long reached = 0;
        for (Map.Entry<Long, List<WatchEvent>> revision : copy.revisions()) {
            Checkpoint checkpoint = checkpoint(revision.getValue());
            if (checkpoint == null || !checkpoint.isComplete()) {
                continue;
            }
            assertThat(checkpoint.revision()).as("never goes back").isGreaterThanOrEqualTo(reached);
            boolean maybePart =
                    checkpoint.revision() == reached && source.changesAfter(reached) > KeyStore.MAX_OPERATIONS - 3;
            if (!maybePart) {
                Map<Bytes, Bytes> there = copy.at(revision.getKey());
                assertThat(there.equals(source.at(checkpoint.revision())))
                        .as("at the standby's %s, checkpoint %s", revision.getKey(), checkpoint.revision())
                        .isTrue();
                compared++;
            }
            reached = checkpoint.revision();
        }
        return compared;
    }

    private static @Nullable Checkpoint checkpoint(List<WatchEvent> events) {
        return events.stream()
                .filter(event -> event.key().equals(CHECKPOINT))
                .filter(event -> event.type() == WatchEvent.Type.PUT)
                .map(event ->
                        Objects.requireNonNull(Checkpoint.parse(event.entry().value())))
                .findFirst()
                .orElse(null);
    }
}
