package io.drkit.comparison;

import io.drkit.node.HostFacts;
import java.util.List;

/**
 * A control-plane host, as it says itself.
 *
 * @param cniPlugins the types in its CNI configuration, sorted
 * @param clockAheadMillis by how much its clock is ahead of the one it was compared with; negative when behind
 * @param clockUncertaintyMillis by how much that may be wrong either way
 */
public record HostSummary(
        String hostname,
        String os,
        String kernel,
        List<String> cniPlugins,
        long clockAheadMillis,
        long clockUncertaintyMillis) {

    public HostSummary {
        cniPlugins = cniPlugins.stream().distinct().sorted().toList();
    }

    static HostSummary of(HostFacts facts, List<String> cniPlugins) {
        return new HostSummary(
                facts.hostname(),
                facts.os(),
                facts.kernel(),
                cniPlugins,
                facts.clockSkew().toMillis(),
                // Rounded up: what may be the measuring is no skew.
                facts.clockUncertainty().toMillis() + 1);
    }
}
