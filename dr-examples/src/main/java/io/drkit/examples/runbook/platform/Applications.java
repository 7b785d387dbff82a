package io.drkit.examples.runbook.platform;

import io.drkit.volume.PvcSwitchover;
import io.drkit.workload.Claims;
import java.util.List;
import java.util.function.Function;

/**
 * The applications with their volumes.
 *
 * @param claims those of one application each
 * @param volumes replicates them from the primary site to the standby
 */
public record Applications(List<Claims> claims, Volumes volumes) {

    public Applications {
        claims = List.copyOf(claims);
    }

    /** Opens and closes the sites' APIs. */
    public interface Volumes {

        /** Does something with all claims' replication. */
        <T> T with(Function<PvcSwitchover, T> work);
    }
}
