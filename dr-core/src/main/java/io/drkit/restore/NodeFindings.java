package io.drkit.restore;

import io.drkit.SiteUnreachableException;
import io.drkit.site.Role;
import io.drkit.site.SiteRole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was found on a node.
 *
 * @param number the highest run that had it; 0 for none
 * @param id of the restore that is under way, or was the last; empty for none
 * @param phase how far that came
 * @param record what that is
 * @param hadMember whether etcd has data there
 * @param usedBytes by the configuration
 * @param keptBytes by what restores have set aside
 * @param pods those static pods that are there, or were taken away by the restore under way, by file name
 * @param running those of their programs that run
 */
record NodeFindings(
        long number,
        String id,
        String phase,
        Map<String, String> record,
        boolean hadMember,
        long freeBytes,
        long usedBytes,
        long keptBytes,
        List<String> pods,
        List<String> running,
        @Nullable Tool tool) {

    static final String CLAIMED = "claimed";
    static final String SERVING = "serving";
    static final String SERVED = "served";
    static final String UNDOING = "undoing";

    /**
     * What restores snapshots.
     *
     * @param raises whether it can raise the revision
     */
    record Tool(String path, String version, boolean raises) {

        @Override
        public String toString() {
            return path + " " + version;
        }
    }

    boolean isUnderWay() {
        return !id.isEmpty() && !phase.equals(SERVED);
    }

    /** Whether it can only go forward. */
    boolean isServing() {
        return phase.equals(SERVING) || phase.equals(SERVED);
    }

    /** Whether its data is not restored yet. */
    boolean isToBeStaged() {
        return !isUnderWay() || phase.equals(CLAIMED);
    }

    String recorded(String field) {
        return record.getOrDefault(field, "");
    }

    long recordedRaise() {
        String raise = recorded("raise");
        return raise.isEmpty() ? 0 : Long.parseLong(raise);
    }

    /** The role that the site had when it was begun, where that was known. */
    Optional<SiteRole> recordedRole() {
        String[] words = recorded("role").split(" ", 2);
        return words.length < 2
                ? Optional.empty()
                : Optional.of(new SiteRole(Role.valueOf(words[0]), Long.parseLong(words[1])));
    }

    static NodeFindings parse(String told, String node) {
        Map<String, String> single = new LinkedHashMap<>();
        Map<String, String> record = new LinkedHashMap<>();
        List<String> pods = new ArrayList<>();
        List<String> running = new ArrayList<>();
        Tool tool = null;
        for (String line : told.split("\n", -1)) {
            String[] word = line.split(" ", 2);
            String rest = word.length == 1 ? "" : word[1];
            switch (word[0]) {
                case "record" -> {
                    String[] entry = rest.split(" ", 2);
                    record.put(entry[0], entry.length == 1 ? "" : entry[1]);
                }
                case "pod" -> pods.add(rest);
                case "runs" -> running.add(rest);
                case "tool" -> {
                    String[] parts = rest.split(" ", 3);
                    tool = new Tool(parts[2], parts[1], parts[0].equals("yes"));
                }
                default -> single.put(word[0], rest);
            }
        }
        if (!single.containsKey("end")) {
            throw new SiteUnreachableException(
                    node + " could not be looked at: the answer is no answer to what was asked."
                            + " Does it have a POSIX shell, GNU coreutils and /proc?");
        }
        return new NodeFindings(
                number(single, "number"),
                single.getOrDefault("id", ""),
                single.getOrDefault("phase", ""),
                record,
                single.containsKey("had"),
                number(single, "free") << 10,
                number(single, "used") << 10,
                number(single, "kept") << 10,
                pods,
                running,
                tool);
    }

    private static long number(Map<String, String> facts, String name) {
        String value = facts.getOrDefault(name, "");
        return value.isEmpty() ? 0 : Long.parseLong(value);
    }
}
