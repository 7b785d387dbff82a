package io.drkit.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs histories, and makes a long one that breaks a promise short. */
public final class Simulation {

    private static final long SHRINKING_NANOS = 20_000_000_000L;

    private Simulation() {}

    /**
     * How a history ended.
     *
     * @param broken the promise that was broken, and how; null if none was
     * @param story what happened
     */
    record Ending(@Nullable Broken broken, List<String> story, List<Long> eventPoints) {}

    /** Tells the story of the seed if it breaks a promise, as short as it gets; null if it does not. For any class loader to call. */
    public static @Nullable String failure(long seed, boolean shrink) {
        Ending ending = run(seed, Set.of());
        if (ending.broken() == null) {
            return null;
        }
        Ending shown = shrink ? shrink(seed, ending, ending.broken()) : ending;
        return "seed " + seed + "\n" + String.join("\n", shown.story());
    }

    /** What kind of history the seed tells, without telling it. */
    static String kind(long seed) {
        return Profile.draw(new Dice(seed)).toString();
    }

    static Ending run(long seed, Set<Long> leftOut) {
        World world = new World(seed, leftOut);
        Broken broken = world.run();
        return new Ending(broken, world.story(), world.eventPoints());
    }

    /** Leaves out ever smaller parts of what happened, as long as the same promise is broken (delta debugging). */
    private static Ending shrink(long seed, Ending ending, Broken broken) {
        long until = System.nanoTime() + SHRINKING_NANOS;
        Ending best = ending;
        Set<Long> leftOut = new HashSet<>();
        for (int parts = 2; System.nanoTime() < until; ) {
            List<Long> points = best.eventPoints().stream().distinct().toList();
            boolean shorter = false;
            int size = Math.max(1, points.size() / parts);
            for (int from = 0; from < points.size() && System.nanoTime() < until; from += size) {
                Set<Long> trial = new HashSet<>(leftOut);
                trial.addAll(points.subList(from, Math.min(points.size(), from + size)));
                Ending tried = run(seed, trial);
                if (tried.broken() != null
                        && tried.broken().promise().equals(broken.promise())
                        && tried.story().size() < best.story().size()) {
                    best = tried;
                    leftOut = trial;
                    shorter = true;
                    break;
                }
            }
            if (!shorter && size == 1) {
                break;
            }
            parts = shorter ? Math.max(2, parts - 1) : Math.min(points.size(), parts * 2);
        }
        return new Ending(best.broken(), new ArrayList<>(best.story()), best.eventPoints());
    }
}
