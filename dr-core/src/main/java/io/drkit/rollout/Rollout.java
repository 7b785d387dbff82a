package io.drkit.rollout;

import io.drkit.file.Sha256;
import io.drkit.keystore.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * How far a rollout has come, and what it takes to go back.
 *
 * @param target what is rolled out, by its checksum
 * @param file the same as it is put on the nodes
 * @param back whether it is going back
 * @param entries one a node, in order; none when it is finished
 */
record Rollout(String title, String target, Bytes file, boolean back, List<Entry> entries) {

    /** How far a node has come. */
    enum Mark {
        UNTOUCHED,
        /** Kept before the first thing is done there. */
        BEGUN,
        INSTALLED,
        RESTORED
    }

    /** A node, and what it was like before. */
    record Entry(String node, ApiserverState before, Mark mark) {}

    Rollout {
        entries = List.copyOf(entries);
    }

    static Rollout begin(RolloutTarget target, List<Entry> entries) {
        return new Rollout(target.title(), checksum(target), target.file(), false, entries);
    }

    boolean isOf(RolloutTarget other) {
        return target.equals(checksum(other));
    }

    boolean isFinished() {
        return entries.isEmpty();
    }

    Rollout finished() {
        return new Rollout(title, target, Bytes.EMPTY, false, List.of());
    }

    Rollout goingBack() {
        return new Rollout(title, target, file, true, entries);
    }

    /** Without the nodes that are not named any more, for they are gone for good. */
    Rollout only(Collection<String> nodes) {
        return new Rollout(
                title,
                target,
                file,
                back,
                entries.stream().filter(entry -> nodes.contains(entry.node())).toList());
    }

    /** With what was seen of the nodes that were not touched. */
    Rollout seen(List<ApiserverState> states) {
        List<Entry> all = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            Entry entry = entries.get(i);
            all.add(entry.mark() == Mark.UNTOUCHED ? new Entry(entry.node(), states.get(i), entry.mark()) : entry);
        }
        return new Rollout(title, target, file, back, all);
    }

    Rollout with(int index, Mark mark) {
        List<Entry> all = new ArrayList<>(entries);
        all.set(index, new Entry(all.get(index).node(), all.get(index).before(), mark));
        return new Rollout(title, target, file, back, all);
    }

    private static String checksum(RolloutTarget target) {
        MessageDigest digest = Sha256.digest();
        digest.update(target.then().toString().getBytes(StandardCharsets.UTF_8));
        digest.update(target.file().unsafeArray());
        return Sha256.hex(digest);
    }

    /** Shows no content. */
    @Override
    public String toString() {
        return "Rollout[" + title + (back ? ", going back" : "") + ", " + entries + "]";
    }
}
