package io.drkit.volsync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.drkit.DrException;
import io.drkit.volume.Claim;
import java.util.Objects;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How full a claim is, before anything of it is sent: what the kubelet says of a node where a pod mounts it. It measures each minute or so
 * ({@code --volume-stats-agg-period}); its summary is k8s.io/kubelet's {@code stats/v1alpha1}, and wants {@code get} on {@code nodes/proxy}.
 */
final class VolumeUsage {

    private static final Logger LOG = LoggerFactory.getLogger(VolumeUsage.class);
    private static final JsonMapper JSON = new JsonMapper();

    private final Side side;

    VolumeUsage(Side side) {
        this.side = side;
    }

    /** The bytes in use; empty when no pod that runs mounts it, or none that may be asked knows. */
    OptionalLong of(Claim claim) {
        for (String node : side.nodesOf(claim)) {
            try {
                OptionalLong used = usedBytes(summary(node), claim);
                if (used.isPresent()) {
                    return used;
                }
            } catch (JsonProcessingException e) {
                LOG.info("How full the {} is cannot be read of node {} at {}", claim, node, side.name());
            } catch (DrException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LOG.info("How full the {} at {} is was not told: {}", claim, side.name(), e.getMessage());
            }
        }
        return OptionalLong.empty();
    }

    private JsonNode summary(String node) throws JsonProcessingException {
        String path = "/api/v1/nodes/" + node + "/proxy/stats/summary";
        String answer = side.api()
                .askIfAllowed(
                        "get",
                        "nodes/proxy " + node,
                        () -> Objects.requireNonNullElse(side.api().client().raw(path), "{}"))
                .orElse("{}");
        return JSON.readTree(answer);
    }

    private static OptionalLong usedBytes(JsonNode summary, Claim claim) {
        for (JsonNode pod : summary.path("pods")) {
            for (JsonNode volume : pod.path("volume")) {
                JsonNode of = volume.path("pvcRef");
                if (claim.name().equals(of.path("name").asText())
                        && claim.namespace().equals(of.path("namespace").asText())
                        && volume.path("usedBytes").isIntegralNumber()) {
                    return OptionalLong.of(volume.path("usedBytes").asLong());
                }
            }
        }
        return OptionalLong.empty();
    }
}
