package io.drkit.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.testkit.FaultyKeyStore;
import io.drkit.testkit.InMemoryKeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many short random histories: at each of the mirror's calls the world may write, on either side, compact, lose an answer, or kill the mirror.
 * Whatever happens, the two sides end up equal, strangers' keys survive, and every checkpoint of a complete copy tells the truth. A failure
 * names its seed.
 */
@Timeout(300)
class RandomHistoriesTest {

    private static final int SEEDS = Integer.getInteger("drkit.seeds", 15);
    private static final MirrorScope SCOPE = MirrorScope.all();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void end_equal_whatever_happens(int batch) throws Exception {
        for (int i = 0; i < SEEDS; i++) {
            long seed = batch * 1_000_000L + i;
            try {
                new World(seed, batch % 2 == 1).run();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** What the mirror is thrown when it is killed: nothing in it catches this. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private static final class World {

        private final Random random;
        private final InMemoryKeyStore primary = new InMemoryKeyStore("primary");
        private final InMemoryKeyStore standby = new InMemoryKeyStore("standby");
        /** Content of the primary at each of its revisions, for the oracle survives compaction that way. */
        private final TreeMap<Long, Map<Bytes, Bytes>> history = new TreeMap<>();

        private final Map<Bytes, Bytes> strangers = new LinkedHashMap<>();
        private final Set<Bytes> leased = new HashSet<>();
        private int actions;
        private volatile boolean killed;
        private volatile boolean quiet;
        /** What broke promise 2, if anything did. */
        private volatile String oracle = "";

        private Bytes lastCheckpoint = Bytes.EMPTY;

        World(long seed, boolean untrusted) {
            random = new Random(seed);
            actions = 50 + random.nextInt(100);
            primary.watchBatch(1 + random.nextInt(3));
            if (untrusted) {
                primary.untrustedProgress();
            }
            for (int i = 0; i < random.nextInt(20); i++) {
                strange();
            }
            for (int i = 0; i < 20 + random.nextInt(20); i++) {
                change();
            }
        }

        void run() throws InterruptedException {
            while (actions > 0) {
                session(2_000);
            }
            quiet = true;
            session(20_000);
            assertThat(unstrange(standby.content(SCOPE.range()))).isEqualTo(content());
            assertThat(standby.content(SCOPE.range())).containsAllEntriesOf(strangers);
        }

        private void session(int patience) throws InterruptedException {
            killed = false;
            MirrorOptions options = MirrorOptions.builder()
                    .pageSize(1 + random.nextInt(10))
                    .maxShrink(1)
                    .maxBackoff(Duration.ofMillis(201))
                    .build();
            FaultyKeyStore from = new FaultyKeyStore(primary, (moment, call) -> happen(call));
            FaultyKeyStore to = new FaultyKeyStore(standby, (moment, call) -> happen(call));
            MirrorSession session = new DefaultKeyMirror(from, to, options).start(SCOPE);
            long deadline = System.nanoTime() + patience * 1_000_000L;
            boolean level = false;
            while (!killed && !level && System.nanoTime() < deadline) {
                level = actions <= 0 && awaitLevel(session);
                if (actions > 0) {
                    Thread.sleep(1);
                }
            }
            if (quiet) {
                assertThat(level).as("level: %s", session.status()).isTrue();
            }
            session.close();
            standby.expireLeases();
            assertThat(oracle).isEmpty();
        }

        private boolean awaitLevel(MirrorSession session) throws InterruptedException {
            long target = primary.revision();
            MirrorStatus status = session.status();
            if (quiet) {
                return session.awaitCaughtUp(Duration.ofSeconds(20));
            }
            return status.state() == MirrorStatus.State.STREAMING && status.appliedRevision() >= target;
        }

        private synchronized void happen(String call) {
            if (killed) {
                throw new Killed();
            }
            observe();
            if (quiet || actions <= 0) {
                return;
            }
            int dice = random.nextInt(1_000);
            if (dice < 300) {
                actions--;
                change();
            } else if (dice < 330) {
                actions--;
                strange();
            } else if (dice < 340) {
                primary.compact(primary.revision() - random.nextInt(3));
            } else if (dice < 350) {
                standby.compact(standby.revision());
            } else if (dice < 354) {
                killed = true;
                throw new Killed();
            } else if (dice < 360) {
                throw call.equals("commit")
                        ? new OutcomeUnknownException("lost", null)
                        : new SiteUnreachableException("cut");
            }
        }

        private void change() {
            String key = "/registry/" + random.nextInt(30);
            switch (random.nextInt(6)) {
                case 0 -> {
                    leased.remove(Bytes.utf8(key));
                    primary.delete(key);
                }
                case 1 -> primary.write(several());
                case 2 -> primary.put("/elsewhere/" + random.nextInt(3), "x");
                case 3 -> {
                    leased.add(Bytes.utf8(key));
                    primary.putLeased(key, "leased", Duration.ofHours(1));
                }
                default -> {
                    leased.remove(Bytes.utf8(key));
                    primary.put(key, "v" + random.nextInt(1000));
                }
            }
            history.put(primary.revision(), content());
        }

        /** A revision that changes several keys. */
        private List<Operation> several() {
            List<Operation> operations = new ArrayList<>();
            int first = random.nextInt(30);
            for (int i = 0; i < 2 + random.nextInt(4); i++) {
                Bytes key = Bytes.utf8("/registry/" + (first + i));
                leased.remove(key);
                operations.add(
                        random.nextInt(4) == 0
                                ? Operation.delete(key)
                                : Operation.put(key, Bytes.utf8("m" + random.nextInt(1000))));
            }
            return operations;
        }

        private void strange() {
            Bytes key = Bytes.utf8("/registry/stranger/" + random.nextInt(20));
            Bytes value = Bytes.utf8("s" + random.nextInt(1000));
            strangers.put(key, value);
            standby.put(key, value);
        }

        private Map<Bytes, Bytes> content() {
            Map<Bytes, Bytes> content = new LinkedHashMap<>(primary.content(SCOPE.range()));
            leased.forEach(content::remove);
            return content;
        }

        private static Map<Bytes, Bytes> unstrange(SortedMap<Bytes, Bytes> content) {
            Map<Bytes, Bytes> without = new LinkedHashMap<>(content);
            without.keySet().removeIf(key -> key.startsWith(Bytes.utf8("/registry/stranger/")));
            return without;
        }

        /** Promise 2, at every revision of the standby that this world sees: between any two calls of the mirror. */
        private void observe() {
            Bytes key = DrKitKeys.checkpoint("default");
            Bytes now = standby.content(new KeyRange(key, key.successor())).get(key);
            if (now == null || now.equals(lastCheckpoint)) {
                return;
            }
            lastCheckpoint = now;
            Checkpoint checkpoint = Checkpoint.parse(now);
            Map<Bytes, Bytes> then = at(checkpoint.revision());
            if (checkpoint.isComplete()) {
                assertThatEqual(unstrange(standby.content(SCOPE.range())), then, checkpoint);
            }
        }

        private void assertThatEqual(Map<Bytes, Bytes> there, Map<Bytes, Bytes> then, Checkpoint checkpoint) {
            if (!there.equals(then)) {
                oracle = "at " + checkpoint + " the standby had " + show(there) + " and the primary " + show(then);
                killed = true;
            }
        }

        private static String show(Map<Bytes, Bytes> content) {
            StringBuilder text = new StringBuilder();
            content.forEach((key, value) ->
                    text.append(key.utf8()).append('=').append(value.utf8()).append(' '));
            return text.toString();
        }

        private Map<Bytes, Bytes> at(long revision) {
            Map.Entry<Long, Map<Bytes, Bytes>> entry = history.floorEntry(revision);
            return entry == null ? Map.of() : entry.getValue();
        }
    }
}
