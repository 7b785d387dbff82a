package io.drkit.etcd.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** Lets faults begin and end by chance, some at the same time. Their order follows from the seed; what they meet does not. */
final class Storm {

    private static final int AT_ONCE = 2;
    private static final Duration FIERCE = Duration.ofSeconds(1);
    private static final Duration MILD = Duration.ofSeconds(5);
    private static final Duration TICK = Duration.ofMillis(20);

    private final Random random;
    private final List<Fault> faults;
    private final Map<Fault, Long> endings = new LinkedHashMap<>();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<String> story = new ArrayList<>();
    private final long began = System.nanoTime();

    Storm(Random random, List<Fault> faults) {
        this.random = random;
        this.faults = faults;
    }

    /** Rages for so long, and puts everything right again. */
    void rage(Duration duration) {
        Random dice = new Random(random.nextLong());
        Duration longestPause = dice.nextBoolean() ? FIERCE : MILD;
        long now = System.nanoTime();
        long over = now + duration.toNanos();
        for (long next = now; now - over < 0; now = System.nanoTime()) {
            endThose(false);
            if (now - next >= 0) {
                Fault fault = faults.get(dice.nextInt(faults.size()));
                // Rather short than long, so that something gets done in between.
                double share = dice.nextDouble() * dice.nextDouble();
                begin(fault, (long) (share * fault.longest().toNanos()), new Random(dice.nextLong()));
                next = System.nanoTime() + (long) (dice.nextDouble() * longestPause.toNanos());
            }
            LockSupport.parkNanos(Math.min(next - System.nanoTime(), TICK.toNanos()));
        }
        endThose(true);
    }

    private void begin(Fault fault, long lasts, Random dice) {
        boolean busy = endings.keySet().stream().anyMatch(other -> other.part().equals(fault.part()));
        if (busy || endings.size() == AT_ONCE) {
            return;
        }
        tell(fault.part() + " " + fault.name());
        counts.merge(fault.part() + " " + fault.name(), 1, Integer::sum);
        fault.begin().accept(dice);
        endings.put(fault, System.nanoTime() + lasts);
    }

    private void endThose(boolean all) {
        for (Fault fault : List.copyOf(endings.keySet())) {
            Long due = endings.get(fault);
            if (all || (due != null && System.nanoTime() - due > 0)) {
                endings.remove(fault);
                fault.end().run();
                tell(fault.part() + " " + fault.name() + " no more");
            }
        }
    }

    void tell(String what) {
        story.add(String.format("%7.2f s  %s", (System.nanoTime() - began) / 1e9, what));
    }

    List<String> story() {
        return story;
    }

    /** How often each fault was injected. */
    Map<String, Integer> counts() {
        return counts;
    }
}
