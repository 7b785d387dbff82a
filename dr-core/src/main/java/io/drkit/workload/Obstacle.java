package io.drkit.workload;

/**
 * Something that mounts a claim, or would, and cannot be quiesced; or a claim that must not be.
 *
 * @param kind as in a manifest: {@code DaemonSet}, {@code Pod}
 * @param reason why, and what to do, in one sentence that names it
 */
public record Obstacle(String kind, String name, String reason) {

    @Override
    public String toString() {
        return reason;
    }
}
