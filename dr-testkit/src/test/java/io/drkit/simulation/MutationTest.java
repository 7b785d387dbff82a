package io.drkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Shows that the simulation bites: each thing that keeps a promise is taken out, and some history must break one. {@code -Ddrkit.mutation=TEXT}
 * tries those with such a name alone, {@code -Ddrkit.mutation.seeds} sets how many histories each is given.
 */
@ExtendWith(Hushed.class)
class MutationTest {

    private static final int SEEDS = Integer.getInteger("drkit.mutation.seeds", 40_000);

    private static final String NAMED = System.getProperty("drkit.mutation", "");

    static Stream<Mutation> mutations() {
        return Mutation.ALL.stream().filter(each -> !each.rare() && each.name().contains(NAMED));
    }

    static Stream<Mutation> rareMutations() {
        return Mutation.ALL.stream().filter(each -> each.rare() && each.name().contains(NAMED));
    }

    @ParameterizedTest
    @MethodSource("mutations")
    void is_found(Mutation mutation) throws Exception {
        find(mutation);
    }

    /** By {@code script/soak --mutations}. */
    @Tag("soak")
    @ParameterizedTest
    @MethodSource("rareMutations")
    void is_found_in_the_end(Mutation mutation) throws Exception {
        find(mutation);
    }

    private static void find(Mutation mutation) throws Exception {
        Method failure = MutatedCode.of(mutation)
                .loadClass("io.drkit.simulation.Simulation")
                .getMethod("failure", long.class, boolean.class);
        AtomicLong next = new AtomicLong();
        AtomicLong tried = new AtomicLong();
        AtomicReference<@Nullable String> story = new AtomicReference<>();
        // Each takes the next seed, so that none goes on when another has found one: a stream's findAny() lets it.
        IntStream.range(0, Runtime.getRuntime().availableProcessors())
                .parallel()
                .forEach(thread -> {
                    while (story.get() == null && tried.get() < SEEDS && next.get() < 1000L * SEEDS) {
                        long seed = next.getAndIncrement();
                        if (mutation.shows(Simulation.kind(seed))) {
                            tried.incrementAndGet();
                            story.compareAndSet(null, tell(failure, seed));
                        }
                    }
                });
        String told = story.get();
        assertThat(told)
                .as("%s: %d histories break no promise", mutation.name(), SEEDS)
                .isNotNull();
        String broken = Objects.requireNonNull(told)
                .lines()
                .filter(line -> line.contains("BROKEN"))
                .findFirst()
                .orElseThrow();
        System.out.printf("%s: found after %d histories: %s%n", mutation.name(), tried.get(), broken);
    }

    private static @Nullable String tell(Method failure, long seed) {
        try {
            return (String) failure.invoke(null, seed, false);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
