package io.drkit.restore;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How a snapshot is put back: made by {@link #builder}.
 *
 * @param configuration the cluster's configuration on a node, which is backed up; {@value #DEFAULT_CONFIGURATION} by default
 * @param manifests the folder of the static pods; {@value #DEFAULT_MANIFESTS} by default
 * @param tool etcdutl, or an etcdctl up to 3.5, on every node; empty, the default, for one on the PATH or in the running etcd's container
 * @param toolFile such a program on this machine, uploaded where a node has none; empty, the default, for none
 * @param bumpRevision by how much the revision is raised, and all before it marked compacted, so that no watcher sees time run backwards; 0 for not
 *     at all; 1,000,000,000 by default, as etcd's documentation has it
 * @param acceptOtherSite whether a snapshot of another site may be put back: that makes a second site of the same identity and role
 * @param acceptOtherRole whether a snapshot may be put back that changes the site's role, or takes it back to an earlier epoch
 * @param controlPlaneStopped whether kube-apiserver is stopped, and stays so
 * @param again whether a snapshot that was the last one put back is put back once more
 * @param goneMembers members that a manifest's {@code --initial-cluster} still names, and that are no members any more
 * @param kubeletRestart a script that restarts the kubelet; {@value #DEFAULT_KUBELET_RESTART} by default, empty for none
 * @param readyCommand a script that ends with 0 when kube-apiserver is ready; empty, the default, for asking its {@code /readyz} on the node
 * @param workloads is called when all is ready, to restart what has to be; may be called again when a run is repeated; does nothing by default
 * @param callDeadline of each short command on a node; 30 s by default
 * @param stagingDeadline of restoring beside the data on one node, and of each piece of the upload; 30 min by default
 * @param stopTimeout how long static pods may take to end; 3 min by default
 * @param healthTimeout how long etcd may take to answer; 5 min by default
 * @param readyTimeout how long kube-apiserver may take to be ready; 5 min by default
 * @param steadyFor how long what stopped must stay stopped, and what started must stay up, to count as such; 5 s by default
 * @param clock dates the restore; the system's by default
 */
public record RestoreOptions(
        String configuration,
        String manifests,
        Optional<String> tool,
        Optional<Path> toolFile,
        long bumpRevision,
        boolean acceptOtherSite,
        boolean acceptOtherRole,
        boolean controlPlaneStopped,
        boolean again,
        Set<String> goneMembers,
        String kubeletRestart,
        Optional<String> readyCommand,
        Runnable workloads,
        Duration callDeadline,
        Duration stagingDeadline,
        Duration stopTimeout,
        Duration healthTimeout,
        Duration readyTimeout,
        Duration steadyFor,
        Clock clock) {

    /** Where kubeadm puts it. */
    public static final String DEFAULT_CONFIGURATION = "/etc/kubernetes";

    /** Where kubeadm's kubelet looks. */
    public static final String DEFAULT_MANIFESTS = "/etc/kubernetes/manifests";

    /** Where systemd runs it. */
    public static final String DEFAULT_KUBELET_RESTART = "systemctl restart kubelet";

    /** @throws IllegalArgumentException when something does not fit */
    public RestoreOptions {
        goneMembers = Set.copyOf(goneMembers);
        for (String path : new String[] {configuration, manifests, tool.orElse("/")}) {
            if (!path.startsWith("/") || path.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("A path on a node must be absolute, not \"" + path + "\".");
            }
        }
        if (bumpRevision < 0) {
            throw new IllegalArgumentException("A revision can only be raised, not by " + bumpRevision + ".");
        }
        for (Duration each :
                new Duration[] {callDeadline, stagingDeadline, stopTimeout, healthTimeout, readyTimeout, steadyFor}) {
            if (each.toMillis() <= 0) {
                throw new IllegalArgumentException("The times that a restore is given must be positive.");
            }
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options. Not thread-safe. */
    public static final class Builder {

        private String configuration = DEFAULT_CONFIGURATION;
        private String manifests = DEFAULT_MANIFESTS;
        private Optional<String> tool = Optional.empty();
        private Optional<Path> toolFile = Optional.empty();
        private long bumpRevision = 1_000_000_000;
        private boolean acceptOtherSite;
        private boolean acceptOtherRole;
        private boolean controlPlaneStopped;
        private boolean again;
        private Set<String> goneMembers = Set.of();
        private String kubeletRestart = DEFAULT_KUBELET_RESTART;
        private Optional<String> readyCommand = Optional.empty();
        private Runnable workloads = () -> {};
        private Duration callDeadline = Duration.ofSeconds(30);
        private Duration stagingDeadline = Duration.ofMinutes(30);
        private Duration stopTimeout = Duration.ofMinutes(3);
        private Duration healthTimeout = Duration.ofMinutes(5);
        private Duration readyTimeout = Duration.ofMinutes(5);
        private Duration steadyFor = Duration.ofSeconds(5);
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        /** Default: {@value #DEFAULT_CONFIGURATION}. */
        public Builder configuration(String folder) {
            this.configuration = folder;
            return this;
        }

        /** Default: {@value #DEFAULT_MANIFESTS}. */
        public Builder manifests(String folder) {
            this.manifests = folder;
            return this;
        }

        /** On every node. Default: on the PATH, or in the running etcd's container. */
        public Builder tool(String path) {
            this.tool = Optional.of(path);
            return this;
        }

        /** On this machine, for nodes that have none. Default: none. */
        public Builder toolFile(Path file) {
            this.toolFile = Optional.of(file);
            return this;
        }

        /** 0 for not at all. Default: 1,000,000,000. */
        public Builder bumpRevision(long by) {
            this.bumpRevision = by;
            return this;
        }

        /** Another site's snapshot may be put back; there must be no other site of that identity at work. Default: it is refused. */
        public Builder acceptOtherSite() {
            this.acceptOtherSite = true;
            return this;
        }

        /** The site may have another role after, that of the snapshot; there must be no other primary at work. Default: then all is put back. */
        public Builder acceptOtherRole() {
            this.acceptOtherRole = true;
            return this;
        }

        /** kube-apiserver is stopped, and stays so. Default: it is stopped for the restore, and started after. */
        public Builder controlPlaneStopped() {
            this.controlPlaneStopped = true;
            return this;
        }

        /** Puts the snapshot back although it was the last one put back. Default: then nothing is done. */
        public Builder again() {
            this.again = true;
            return this;
        }

        /** Members that are still named and are none any more. Default: none. */
        public Builder goneMembers(Set<String> names) {
            this.goneMembers = names;
            return this;
        }

        /** Empty for none. Default: {@value #DEFAULT_KUBELET_RESTART}. */
        public Builder kubeletRestart(String script) {
            this.kubeletRestart = script;
            return this;
        }

        /** Tells whether kube-apiserver is ready. Default: {@code /readyz} does. */
        public Builder readyCommand(String script) {
            this.readyCommand = Optional.of(script);
            return this;
        }

        /** Restarts what has to be when all is ready. Default: nothing. */
        public Builder workloads(Runnable restart) {
            this.workloads = restart;
            return this;
        }

        /** Default: 30 s. */
        public Builder callDeadline(Duration deadline) {
            this.callDeadline = deadline;
            return this;
        }

        /** Default: 30 min. */
        public Builder stagingDeadline(Duration deadline) {
            this.stagingDeadline = deadline;
            return this;
        }

        /** Default: 3 min. */
        public Builder stopTimeout(Duration timeout) {
            this.stopTimeout = timeout;
            return this;
        }

        /** Default: 5 min. */
        public Builder healthTimeout(Duration timeout) {
            this.healthTimeout = timeout;
            return this;
        }

        /** Default: 5 min. */
        public Builder readyTimeout(Duration timeout) {
            this.readyTimeout = timeout;
            return this;
        }

        /** Default: 5 s. */
        public Builder steadyFor(Duration time) {
            this.steadyFor = time;
            return this;
        }

        /** Default: the system's. */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /** @throws IllegalArgumentException when something does not fit */
        public RestoreOptions build() {
            return new RestoreOptions(
                    configuration,
                    manifests,
                    tool,
                    toolFile,
                    bumpRevision,
                    acceptOtherSite,
                    acceptOtherRole,
                    controlPlaneStopped,
                    again,
                    goneMembers,
                    kubeletRestart,
                    readyCommand,
                    workloads,
                    callDeadline,
                    stagingDeadline,
                    stopTimeout,
                    healthTimeout,
                    readyTimeout,
                    steadyFor,
                    clock);
        }
    }
}
