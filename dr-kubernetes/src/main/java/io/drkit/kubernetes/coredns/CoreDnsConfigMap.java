package io.drkit.kubernetes.coredns;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which ConfigMap a CoreDNS is configured by, and how.
 *
 * @param namespace by default kube-system
 * @param name by default coredns
 * @param key the Corefile's; by default Corefile
 * @param mount the folder that the ConfigMap's keys are files in, to CoreDNS; by default /etc/coredns
 * @param plugin that holds the names; by default {@link CoreDnsPlugin#HOSTS}
 * @param restart the Deployment to restart after a change, in the same namespace; null, the default, for none: CoreDNS reads it again itself
 * @param restartTimeout how long the restart may take; by default 2 min
 */
public record CoreDnsConfigMap(
        String namespace,
        String name,
        String key,
        String mount,
        CoreDnsPlugin plugin,
        @Nullable String restart,
        Duration restartTimeout) {

    /** @throws IllegalArgumentException when a name is empty, the mount is no absolute path or the timeout is not positive */
    public CoreDnsConfigMap {
        if (namespace.isBlank() || name.isBlank() || key.isBlank() || (restart != null && restart.isBlank())) {
            throw new IllegalArgumentException("A ConfigMap of CoreDNS needs a namespace, a name and a key.");
        }
        if (!mount.startsWith("/") || mount.endsWith("/")) {
            throw new IllegalArgumentException(
                    "'" + mount + "' is no folder that a ConfigMap is mounted at: expected such as /etc/coredns.");
        }
        if (restartTimeout.isNegative() || restartTimeout.isZero()) {
            throw new IllegalArgumentException("A restart takes longer than " + restartTimeout + ".");
        }
    }

    /** As kubeadm makes it: {@code Corefile} of {@code coredns} in {@code kube-system}. */
    public static CoreDnsConfigMap usual() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String toString() {
        return "ConfigMap " + name + " in namespace " + namespace;
    }

    /** Sets what differs from the defaults. Not thread-safe. */
    public static final class Builder {

        private String namespace = "kube-system";
        private String name = "coredns";
        private String key = "Corefile";
        private String mount = "/etc/coredns";
        private CoreDnsPlugin plugin = CoreDnsPlugin.HOSTS;
        private @Nullable String restart;
        private Duration restartTimeout = Duration.ofMinutes(2);

        private Builder() {}

        public Builder namespace(String namespace) {
            this.namespace = namespace;
            return this;
        }

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        public Builder key(String key) {
            this.key = key;
            return this;
        }

        public Builder mount(String mount) {
            this.mount = mount;
            return this;
        }

        public Builder plugin(CoreDnsPlugin plugin) {
            this.plugin = plugin;
            return this;
        }

        public Builder restart(String deployment) {
            this.restart = deployment;
            return this;
        }

        public Builder restartTimeout(Duration restartTimeout) {
            this.restartTimeout = restartTimeout;
            return this;
        }

        /** @throws IllegalArgumentException in one sentence, when something is out of range */
        public CoreDnsConfigMap build() {
            return new CoreDnsConfigMap(namespace, name, key, mount, plugin, restart, restartTimeout);
        }
    }
}
