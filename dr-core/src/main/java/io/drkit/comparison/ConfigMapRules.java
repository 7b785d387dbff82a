package io.drkit.comparison;

import static io.drkit.comparison.Severity.NOTE;
import static io.drkit.comparison.Severity.WARNING;

import io.drkit.comparison.Findings.Sink;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How the two control planes are set up, by the ConfigMaps of kube-system: kubeadm's, the kubelets', CoreDNS', the network's. */
final class ConfigMapRules {

    private static final int SHOWN = 160;

    /** {@code name/path} of what belongs to each site, and why it differs. */
    private static final List<Pattern> EACH_SITES_OWN = List.of(
            // Authorities and what is signed by them: each site has its own.
            own("kube-root-ca\\.crt/.*"),
            own("extension-apiserver-authentication/.*"),
            own("cluster-info/.*"),
            own(".*/.*(?:ca\\.crt|ca-file|cabundle|caBundle)"),
            // Where the site's own API server and etcd are; the certificate is compared as it is shown.
            own("kubeadm-config/ClusterConfiguration\\.controlPlaneEndpoint"),
            own("kubeadm-config/ClusterConfiguration\\.clusterName"),
            own("kubeadm-config/ClusterConfiguration\\.apiServer\\.certSANs.*"),
            own("kubeadm-config/ClusterConfiguration\\.etcd\\.local\\.(?:server|peer)CertSANs.*"),
            own("kubeadm-config/ClusterConfiguration\\.etcd\\.external\\.endpoints.*"),
            own("kubeadm-config/ClusterStatus.*"),
            own("kube-proxy/kubeconfig\\.conf.*"),
            own("cilium-config/(?:cluster-name|cluster-id|k8s-service-host|k8s-api-server)"),
            // Compared on their own.
            own("kubeadm-config/ClusterConfiguration\\.(?:kubernetesVersion|networking\\.(?:pod|service)Subnet)"),
            own("kube-proxy/config\\.conf\\.clusterCIDR"),
            // The day on which the site was installed.
            own("kube-apiserver-legacy-service-account-token-tracking/.*"));

    private ConfigMapRules() {}

    static void configMaps(SiteFacts primary, SiteFacts standby, Findings found) {
        Sink sink = found.of(Topic.CONFIG_MAPS);
        found.whereKnown(Topic.CONFIG_MAPS, primary.configMaps(), standby.configMaps(), (one, other) -> {
            for (String name : union(one, other)) {
                Map<String, String> here = one.get(name);
                Map<String, String> there = other.get(name);
                if (here == null || there == null) {
                    missing(name, here, sink);
                } else {
                    contents(name, here, there, sink);
                }
            }
        });
    }

    private static void missing(String name, @Nullable Map<String, String> here, Sink sink) {
        if (isOwn(name + "/")) {
            return;
        }
        sink.add(
                here == null ? NOTE : WARNING,
                "ConfigMap " + name,
                here == null ? "absent" : "present",
                here == null ? "present" : "absent",
                here == null
                        ? "Nothing: the standby has more than the primary."
                        : "kube-system is not mirrored: a component that reads it there has no configuration.",
                here == null
                        ? "See whether the primary should have it."
                        : "Install at the standby what brings this ConfigMap.");
    }

    private static void contents(String name, Map<String, String> here, Map<String, String> there, Sink sink) {
        for (String path : union(here, there)) {
            String one = here.get(path);
            String other = there.get(path);
            if (isOwn(name + "/" + path)) {
                continue;
            }
            if (one == null || !one.equals(other)) {
                sink.add(
                        WARNING,
                        "ConfigMap " + name + ", " + path,
                        shown(one, other),
                        shown(other, one),
                        "The component that reads it works differently after a failover.",
                        "Give both sites the same value, or make sure that the difference is meant.");
            } else if (one.equals(SiteFacts.WITHHELD)) {
                sink.add(
                        NOTE,
                        "ConfigMap " + name + ", " + path,
                        one,
                        one,
                        "Whether they differ is not known.",
                        "Compare the two by hand.");
            }
        }
    }

    private static Set<String> union(Map<String, ?> one, Map<String, ?> other) {
        Set<String> all = new TreeSet<>(one.keySet());
        all.addAll(other.keySet());
        return all;
    }

    private static boolean isOwn(String path) {
        return EACH_SITES_OWN.stream().anyMatch(pattern -> pattern.matcher(path).matches());
    }

    private static Pattern own(String path) {
        return Pattern.compile(path, Pattern.DOTALL);
    }

    /** Of a long value what is around the first difference: two of which the same is shown help nobody. */
    private static String shown(@Nullable String value, @Nullable String other) {
        if (value == null) {
            return "absent";
        }
        if (value.length() <= SHOWN) {
            return value;
        }
        int same = 0;
        while (other != null
                && same < Math.min(value.length(), other.length())
                && value.charAt(same) == other.charAt(same)) {
            same++;
        }
        int from = same < SHOWN ? 0 : same - SHOWN / 4;
        int to = Math.min(from + SHOWN, value.length());
        return (from > 0 ? "…" : "") + value.substring(from, to) + (to < value.length() ? "…" : "");
    }

    /** How a class of storage or snapshots shows in few words. */
    static String told(Map<String, String> fields) {
        return new TreeMap<>(fields)
                .entrySet().stream()
                        .map(field -> field.getKey() + ": " + field.getValue())
                        .collect(Collectors.joining(", "));
    }
}
