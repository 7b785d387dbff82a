package io.drkit.simulation;

/**
 * Chance that can be replayed: what happens at a point of a history follows from the seed and the point alone. So one event can be left out, and
 * what happens at the other points is still decided alike.
 */
final class Dice {

    private final long seed;
    private long point = -1;
    private long throwsAtPoint;

    Dice(long seed) {
        this.seed = seed;
    }

    void at(long point) {
        this.point = point;
        this.throwsAtPoint = 0;
    }

    int below(int bound) {
        long mixed = mix(seed + mix(point * 0x9E3779B97F4A7C15L + ++throwsAtPoint));
        return (int) Math.floorMod(mixed, (long) bound);
    }

    boolean chance(int permille) {
        return below(1000) < permille;
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
