package io.drkit.consistency;

import java.util.Arrays;
import java.util.UUID;

/** Numbers identities of 128 bits from 0 on, in the order they come: a million of them in some 32 MB, where a map of objects takes five times that. */
final class Identities {

    private long[] high = new long[1 << 10];
    private long[] low = new long[1 << 10];
    private int size;
    /** Open addressing: a number and one, or 0 where nothing is. Twice as many as there are numbers, at least. */
    private int[] slots = new int[1 << 12];

    /** The number of an identity, a new one if it was not seen before. */
    int number(UUID id) {
        int slot = slot(id.getMostSignificantBits(), id.getLeastSignificantBits());
        if (slots[slot] == 0) {
            slots[slot] = add(id);
            if (size * 2 > slots.length) {
                grow();
            }
            return size - 1;
        }
        return slots[slot] - 1;
    }

    boolean contains(UUID id) {
        return slots[slot(id.getMostSignificantBits(), id.getLeastSignificantBits())] != 0;
    }

    int size() {
        return size;
    }

    private int add(UUID id) {
        if (size == high.length) {
            high = Arrays.copyOf(high, size + size / 2);
            low = Arrays.copyOf(low, size + size / 2);
        }
        high[size] = id.getMostSignificantBits();
        low[size] = id.getLeastSignificantBits();
        return ++size;
    }

    private int slot(long first, long second) {
        int mask = slots.length - 1;
        long mixed = (first ^ Long.rotateLeft(second, 31)) * 0x9E3779B97F4A7C15L;
        int slot = (int) (mixed >>> 32) & mask;
        while (slots[slot] != 0 && (high[slots[slot] - 1] != first || low[slots[slot] - 1] != second)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        slots = new int[slots.length * 2];
        for (int i = 0; i < size; i++) {
            slots[slot(high[i], low[i])] = i + 1;
        }
    }
}
