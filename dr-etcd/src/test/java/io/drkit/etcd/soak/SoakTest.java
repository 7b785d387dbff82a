package io.drkit.etcd.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real servers killed, frozen and without a leader, links cut, silent, slow and narrow, mirrors killed, in any combination, under writes that
 * never stop. {@code -Ddrkit.soak.minutes} says how long, {@code -Ddrkit.soak.seed} which faults; {@code script/soak --real} takes both.
 */
class SoakTest {

    private static final double MINUTES = Double.parseDouble(System.getProperty("drkit.soak.minutes", "0.5"));
    private static final long SEED = Long.getLong("drkit.soak.seed", System.nanoTime() % 1_000_000);
    private static final Duration STORM = Duration.ofSeconds(20);

    @ParameterizedTest(name = "a primary of {0}")
    @ValueSource(ints = {1, 3})
    void nothing_is_lost_whatever_fails(int members) throws Exception {
        long over = System.nanoTime() + (long) (MINUTES * 60e9 / 2);
        System.out.println("Soak with a primary of " + members + ", seed " + SEED);
        try (Theatre theatre = new Theatre(members, new Random(SEED), log(members))) {
            try {
                while (System.nanoTime() - over < 0) {
                    theatre.play(STORM);
                }
                theatre.end();
            } catch (Throwable e) {
                throw new AssertionError("seed " + SEED + ": " + e.getMessage() + "\n" + theatre.story(), e);
            } finally {
                System.out.println("Soak with a primary of " + members + ", seed " + SEED + ": " + theatre.figures());
            }
        }
    }

    private static Path log(int members) throws IOException {
        Path log = Files.createDirectories(Path.of("target", "soak")).resolve("mirror-" + members + ".log");
        Files.deleteIfExists(log);
        return log;
    }
}
