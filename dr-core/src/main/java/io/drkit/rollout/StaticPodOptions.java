package io.drkit.rollout;

import io.drkit.node.ApiserverPod;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * How a kube-apiserver on a node is found, restarted and asked: made by {@link #builder}.
 *
 * @param manifest its static pod manifest on the node
 * @param restartCommand a script for the POSIX shell that has it restarted; empty, the default, for setting an annotation in the manifest, upon which
 *     the kubelet starts it anew
 * @param readyCommand a script that ends with 0 when it is ready; empty, the default, for asking its {@code /readyz} by curl or wget on the node
 * @param steadyFor how long a restarted one must stay ready to count as ready; 5 s by default
 * @param readyTimeout how long a restarted one may take to be ready; 5 min by default
 * @param reloadTimeout where it reloads the file by itself, how long that may take before it is restarted; 150 s by default, for kube-apiserver looks
 *     once a minute
 * @param callDeadline of each command on the node; 30 s by default
 * @param clock dates restarts and backups; the system's by default
 */
public record StaticPodOptions(
        String manifest,
        Optional<String> restartCommand,
        Optional<String> readyCommand,
        Duration steadyFor,
        Duration readyTimeout,
        Duration reloadTimeout,
        Duration callDeadline,
        Clock clock) {

    /** Where kubeadm puts it. */
    public static final String DEFAULT_MANIFEST = ApiserverPod.DEFAULT_MANIFEST;

    /** @throws IllegalArgumentException when something does not fit */
    public StaticPodOptions {
        if (!manifest.startsWith("/")) {
            throw new IllegalArgumentException("The path of a manifest on a node must be absolute, not " + manifest);
        }
        for (Duration each : new Duration[] {readyTimeout, reloadTimeout, callDeadline}) {
            if (each.toMillis() <= 0) {
                throw new IllegalArgumentException("The times that a kube-apiserver is given must be positive.");
            }
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options. Not thread-safe. */
    public static final class Builder {

        private String manifest = DEFAULT_MANIFEST;
        private Optional<String> restartCommand = Optional.empty();
        private Optional<String> readyCommand = Optional.empty();
        private Duration steadyFor = Duration.ofSeconds(5);
        private Duration readyTimeout = Duration.ofMinutes(5);
        private Duration reloadTimeout = Duration.ofSeconds(150);
        private Duration callDeadline = Duration.ofSeconds(30);
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        /** Default: {@value #DEFAULT_MANIFEST}. */
        public Builder manifest(String path) {
            this.manifest = path;
            return this;
        }

        /** Has it restarted. Default: an annotation in the manifest does. */
        public Builder restartCommand(String script) {
            this.restartCommand = Optional.of(script);
            return this;
        }

        /** Tells whether it is ready. Default: {@code /readyz} does. */
        public Builder readyCommand(String script) {
            this.readyCommand = Optional.of(script);
            return this;
        }

        /** Default: 5 s. */
        public Builder steadyFor(Duration time) {
            this.steadyFor = time;
            return this;
        }

        /** Default: 5 min. */
        public Builder readyTimeout(Duration timeout) {
            this.readyTimeout = timeout;
            return this;
        }

        /** Default: 150 s. */
        public Builder reloadTimeout(Duration timeout) {
            this.reloadTimeout = timeout;
            return this;
        }

        /** Default: 30 s. */
        public Builder callDeadline(Duration deadline) {
            this.callDeadline = deadline;
            return this;
        }

        /** Default: the system's. */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /** @throws IllegalArgumentException when something does not fit */
        public StaticPodOptions build() {
            return new StaticPodOptions(
                    manifest,
                    restartCommand,
                    readyCommand,
                    steadyFor,
                    readyTimeout,
                    reloadTimeout,
                    callDeadline,
                    clock);
        }
    }
}
