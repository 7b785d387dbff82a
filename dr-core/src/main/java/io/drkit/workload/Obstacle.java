package io.drkit.workload;

/**
 * Something that mounts a claim, or would, and cannot be quiesced; or a claim that must not be.
 *
 * @param kind as in a manifest: {@code DaemonSet}, {@code Pod}; or {@link #RECEIVER}
 * @param reason why, and what to do, in one sentence that names it
 */
public record Obstacle(String kind, String name, String reason) {

    /** The kind of a replication that writes to the claim from another site. */
    public static final String RECEIVER = "Receiver";

    @Override
    public String toString() {
        return reason;
    }
}
