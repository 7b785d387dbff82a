package io.drkit.consistency;

import io.drkit.keystore.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;

/**
 * Who owns whom in a registry, by uid, and who is left without an owner. In arrays of numbers, so that a million objects fit; keys are kept of
 * those only that have owners.
 */
final class Ownership {

    private static final int NONE = -1;

    private final Identities uids = new Identities();
    /** How many objects have a uid: by its number. */
    private int[] objects = new int[1 << 10];
    /** The last of the edges that lead to an owner: by the number of its uid. */
    private int[] lastEdge = filled(1 << 10);

    private final List<Bytes> keys = new ArrayList<>();
    /** The number of a dependent's uid, and how many of its owners are left. */
    private int[] self = new int[1 << 10];

    private int[] ownersLeft = new int[1 << 10];

    private int edges;
    /** From whom an edge comes, where it leads to, where that one may be found, and the edge before it that leads there too. */
    private int[] dependent = new int[1 << 10];

    private int[] owner = new int[1 << 10];
    private long[] keyHigh = new long[1 << 10];
    private long[] keyLow = new long[1 << 10];
    private int[] previous = new int[1 << 10];

    private final Identities unreadable = new Identities();

    /** One that is owned. */
    record Owner(String uid, Bytes key) {}

    /** An object that may own others. */
    void object(String uid) {
        int number = number(uid);
        objects[number]++;
    }

    /** An object that others own, each of a kind that is known; in key order. */
    void dependent(Bytes key, String uid, List<Owner> owners) {
        int index = keys.size();
        keys.add(key);
        self = room(self, index);
        ownersLeft = room(ownersLeft, index);
        self[index] = number(uid);
        objects[self[index]]++;
        for (Owner each : owners) {
            edge(index, number(each.uid()), UUID.nameUUIDFromBytes(each.key().unsafeArray()));
        }
        ownersLeft[index] = owners.size();
    }

    /** A key whose object is there, whatever its uid. */
    void unreadable(Bytes key) {
        unreadable.number(UUID.nameUUIDFromBytes(key.unsafeArray()));
    }

    /** The dependents whose owners are all gone, or will be once those are deleted that are without owners: by their index. To be called once. */
    BitSet doomed() {
        BitSet doomed = new BitSet();
        int[] queue = new int[keys.size()];
        int queued = 0;
        for (int edge = 0; edge < edges; edge++) {
            boolean absent = objects[owner[edge]] == 0 && !unreadable.contains(new UUID(keyHigh[edge], keyLow[edge]));
            if (absent && --ownersLeft[dependent[edge]] == 0) {
                queue[queued++] = dependent[edge];
            }
        }
        for (int next = 0; next < queued; next++) {
            doomed.set(queue[next]);
            int gone = self[queue[next]];
            if (--objects[gone] > 0) {
                continue;
            }
            for (int edge = lastEdge[gone]; edge != NONE; edge = previous[edge]) {
                if (--ownersLeft[dependent[edge]] == 0) {
                    queue[queued++] = dependent[edge];
                }
            }
        }
        return doomed;
    }

    Bytes key(int index) {
        return keys.get(index);
    }

    private void edge(int from, int to, UUID ownersKey) {
        dependent = room(dependent, edges);
        owner = room(owner, edges);
        previous = room(previous, edges);
        keyHigh = edges < keyHigh.length ? keyHigh : Arrays.copyOf(keyHigh, edges + edges / 2);
        keyLow = edges < keyLow.length ? keyLow : Arrays.copyOf(keyLow, edges + edges / 2);
        dependent[edges] = from;
        owner[edges] = to;
        keyHigh[edges] = ownersKey.getMostSignificantBits();
        keyLow[edges] = ownersKey.getLeastSignificantBits();
        previous[edges] = lastEdge[to];
        lastEdge[to] = edges++;
    }

    private int number(String uid) {
        int number = uids.number(identity(uid));
        if (number >= objects.length) {
            int before = objects.length;
            objects = Arrays.copyOf(objects, before + before / 2);
            lastEdge = Arrays.copyOf(lastEdge, before + before / 2);
            Arrays.fill(lastEdge, before, lastEdge.length, NONE);
        }
        return number;
    }

    /** Nearly every uid is a UUID; what is none is hashed to one. */
    private static UUID identity(String uid) {
        try {
            if (uid.length() == 36) {
                return UUID.fromString(uid);
            }
        } catch (IllegalArgumentException e) {
            // hashed
        }
        return UUID.nameUUIDFromBytes(Bytes.utf8(uid).unsafeArray());
    }

    private static int[] room(int[] array, int index) {
        return index < array.length ? array : Arrays.copyOf(array, index + index / 2);
    }

    private static int[] filled(int length) {
        int[] array = new int[length];
        Arrays.fill(array, NONE);
        return array;
    }
}
