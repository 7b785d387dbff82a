package io.drkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Random histories by the thousand. {@code -Ddrkit.seeds} says how many, {@code -Ddrkit.seed} which one alone; {@code script/soak} runs as many
 * as one likes.
 */
@ExtendWith(Hushed.class)
class SimulationTest {

    private static final int SEEDS = Integer.getInteger("drkit.seeds", 2_000);
    private static final long SEED = Long.getLong("drkit.seed", -1);

    @Test
    void every_history_keeps_every_promise() {
        LongStream seeds = SEED >= 0 ? LongStream.of(SEED) : LongStream.range(0, SEEDS);
        Queue<Long> failed = new ConcurrentLinkedQueue<>();
        seeds.parallel().forEach(seed -> {
            if (failed.size() < 20 && Simulation.failure(seed, false) != null) {
                failed.add(seed);
            }
        });
        List<Long> sorted = failed.stream().sorted().toList();
        assertThat(sorted)
                .as(() -> "the shortest story of the first:\n" + Simulation.failure(sorted.get(0), true))
                .isEmpty();
    }

    @Test
    void a_seed_tells_the_same_story_every_time() {
        for (long seed = 0; seed < 50; seed++) {
            assertThat(Simulation.run(seed, Set.of()).story())
                    .isEqualTo(Simulation.run(seed, Set.of()).story());
        }
    }
}
