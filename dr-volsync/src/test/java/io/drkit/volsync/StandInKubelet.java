package io.drkit.volsync;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;

/** Plays the kubelet's summary, as the API server passes it on: how full the claims are that pods which run mount. */
final class StandInKubelet {

    /** Where the API server has it. */
    static final String PATH = "/api/v1/nodes/" + StandInResources.NODE + "/proxy/stats/summary";

    private static final JsonMapper JSON = new JsonMapper();

    private StandInKubelet() {}

    static String summary(StandInSite site) {
        ObjectNode summary = JSON.createObjectNode();
        summary.putObject("node").put("nodeName", StandInResources.NODE);
        ArrayNode pods = summary.putArray("pods");
        for (Pod pod :
                site.own().pods().inNamespace(site.namespaceName()).list().getItems()) {
            if (pod.getStatus() == null || !"Running".equals(pod.getStatus().getPhase())) {
                continue;
            }
            ObjectNode measured = pods.addObject();
            measured.putObject("podRef")
                    .put("name", pod.getMetadata().getName())
                    .put("namespace", site.namespaceName());
            ArrayNode volumes = measured.putArray("volume");
            pod.getSpec().getVolumes().stream()
                    .filter(volume -> volume.getPersistentVolumeClaim() != null)
                    .forEach(volume -> measure(site, volume, volumes.addObject()));
        }
        return summary.toString();
    }

    private static void measure(StandInSite site, Volume volume, ObjectNode measured) {
        String claim = volume.getPersistentVolumeClaim().getClaimName();
        measured.put("name", volume.getName());
        measured.put("usedBytes", site.folders().size(site.uidOf(claim)));
        measured.putObject("pvcRef").put("name", claim).put("namespace", site.namespaceName());
    }
}
