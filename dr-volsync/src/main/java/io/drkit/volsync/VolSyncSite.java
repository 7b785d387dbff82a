package io.drkit.volsync;

import io.fabric8.kubernetes.client.KubernetesClient;
import org.jspecify.annotations.Nullable;

/**
 * One of the two sites, and what claims and snapshots are made of there.
 *
 * @param name for messages: {@code primary}
 * @param client with a request timeout; it is not closed
 * @param storageClass of claims that are created here; null is the cluster's default
 * @param snapshotClass of snapshots that are taken here; null is the default of the driver
 * @param serviceType how the other site reaches a receiver here; {@link ServiceType#LOAD_BALANCER} by default
 * @param address the host by which the other site reaches this one, instead of the one that is found; null by default
 */
public record VolSyncSite(
        String name,
        KubernetesClient client,
        @Nullable String storageClass,
        @Nullable String snapshotClass,
        ServiceType serviceType,
        @Nullable String address) {

    /** @throws IllegalArgumentException when the name is blank */
    public VolSyncSite {
        if (name.isBlank()) {
            throw new IllegalArgumentException("A site needs a name.");
        }
    }

    /** Starts the description of a site. */
    public static Builder at(String name, KubernetesClient client) {
        return new Builder(name, client);
    }

    /** Its name alone. */
    @Override
    public String toString() {
        return name;
    }

    /** Collects the options of a {@link VolSyncSite}. Not thread-safe. */
    public static final class Builder {

        private final String name;
        private final KubernetesClient client;
        private @Nullable String storageClass;
        private @Nullable String snapshotClass;
        private ServiceType serviceType = ServiceType.LOAD_BALANCER;
        private @Nullable String address;

        private Builder(String name, KubernetesClient client) {
            this.name = name;
            this.client = client;
        }

        public Builder storageClass(@Nullable String storageClass) {
            this.storageClass = storageClass;
            return this;
        }

        public Builder snapshotClass(@Nullable String snapshotClass) {
            this.snapshotClass = snapshotClass;
            return this;
        }

        public Builder serviceType(ServiceType serviceType) {
            this.serviceType = serviceType;
            return this;
        }

        public Builder address(@Nullable String address) {
            this.address = address;
            return this;
        }

        public VolSyncSite build() {
            return new VolSyncSite(name, client, storageClass, snapshotClass, serviceType, address);
        }
    }
}
