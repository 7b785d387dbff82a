package io.drkit.runbook;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A procedure: named steps, one after another or some of them together, and the point from which on nothing is undone. It holds no state; any number of
 * runs may be made of it.
 *
 * <pre>{@code
 * Runbook.named("failover")
 *     .step("stop-mirror", "Stop the mirror", stopMirror)
 *     .together(group -> group
 *         .step("fence-etcd", "Close port 2379", closePort)
 *         .step("fence-volumes", "Rotate the volumes' key", rotateKey))
 *     .pointOfNoReturn()
 *     .step("switch-dns", "Switch the domain", switchDns)
 *     .build();
 * }</pre>
 */
public final class Runbook {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private final String name;
    private final List<List<Placed<?>>> groups;
    private final int firstBeyond;

    /**
     * A step at its place.
     *
     * @param name what it is known by in the journal and on the command line
     * @param title what it does, for people
     */
    public record Placed<R>(String name, String title, Step<R> step, StepOptions options) {

        public Placed {
            requireName(name);
        }
    }

    private Runbook(String name, List<List<Placed<?>>> groups, int firstBeyond) {
        this.name = name;
        this.groups = List.copyOf(groups);
        this.firstBeyond = firstBeyond;
    }

    public static Builder named(String name) {
        return new Builder(requireName(name));
    }

    private static String requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name: small letters, digits and hyphens, at most 63.");
        }
        return name;
    }

    public String name() {
        return name;
    }

    /** In order; the steps of one group run together. */
    public List<List<Placed<?>>> groups() {
        return groups;
    }

    /** All steps, in order. */
    public List<Placed<?>> steps() {
        return groups.stream().<Placed<?>>flatMap(List::stream).toList();
    }

    /** The first group beyond the point of no return; as many as there are groups where there is none. */
    public int firstBeyond() {
        return firstBeyond;
    }

    /** Whether a run of it has begun something beyond the point of no return. */
    boolean isBeyondReturn(RunRecord run) {
        return groups.subList(firstBeyond, groups.size()).stream()
                .flatMap(List::stream)
                .anyMatch(step -> run.step(step.name()).isToBeUndone());
    }

    /**
     * What a run is bound to: another set or order of steps, other questions or another point of no return make another plan, which does not resume it.
     * Deadlines may change.
     *
     * @param settings what else makes it another plan: the sites, and what is to be done to them
     */
    String fingerprint(String settings) {
        StringBuilder plan =
                new StringBuilder(name).append('\n').append(settings).append('\n');
        for (int i = 0; i < groups.size(); i++) {
            plan.append(i == firstBeyond ? "==\n" : "");
            groups.get(i)
                    .forEach(step -> plan.append(step.name())
                            .append('|')
                            .append(step.options().question())
                            .append('\n'));
            plan.append("--\n");
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(plan.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Steps that run together. */
    public static final class Group {

        private final List<Placed<?>> steps = new ArrayList<>();

        private Group() {}

        public <R> Group step(String name, String title, Step<R> step) {
            return step(name, title, step, StepOptions.DEFAULTS);
        }

        public <R> Group step(String name, String title, Step<R> step, StepOptions options) {
            steps.add(new Placed<>(name, title, step, options));
            return this;
        }
    }

    /** Builds a runbook, from its first step to its last. */
    public static final class Builder {

        private final String name;
        private final List<List<Placed<?>>> groups = new ArrayList<>();
        private int firstBeyond = Integer.MAX_VALUE;

        private Builder(String name) {
            this.name = name;
        }

        public <R> Builder step(String name, String title, Step<R> step) {
            return step(name, title, step, StepOptions.DEFAULTS);
        }

        public <R> Builder step(String name, String title, Step<R> step, StepOptions options) {
            groups.add(List.of(new Placed<>(name, title, step, options)));
            return this;
        }

        /** Steps that run at the same time; the next begins when all of them have ended. */
        public Builder together(Consumer<Group> steps) {
            Group group = new Group();
            steps.accept(group);
            groups.add(List.copyOf(group.steps));
            return this;
        }

        /** After this, failures stop and report; nothing is undone. */
        public Builder pointOfNoReturn() {
            if (firstBeyond != Integer.MAX_VALUE) {
                throw new IllegalStateException("There is one point of no return.");
            }
            firstBeyond = groups.size();
            return this;
        }

        /** @throws IllegalArgumentException when it has no step, or two of one name */
        public Runbook build() {
            Runbook runbook = new Runbook(name, groups, Math.min(firstBeyond, groups.size()));
            Set<String> names = new HashSet<>();
            for (Placed<?> step : runbook.steps()) {
                if (!names.add(step.name())) {
                    throw new IllegalArgumentException("Two steps are named " + step.name() + ".");
                }
            }
            if (names.isEmpty() || groups.stream().anyMatch(List::isEmpty)) {
                throw new IllegalArgumentException("A runbook, and each group of it, has at least one step.");
            }
            return runbook;
        }
    }
}
