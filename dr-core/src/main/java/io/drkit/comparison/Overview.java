package io.drkit.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The two sites side by side in a few rows, whether they differ or not. */
record Overview(String title, String primary, String standby) {

    static List<Overview> of(SiteFacts primary, SiteFacts standby) {
        List<Overview> rows = new ArrayList<>();
        Rows table = (title, told) -> rows.add(new Overview(title, told.apply(primary), told.apply(standby)));
        table.row("Kubernetes", site -> told(site.kubernetes(), version -> version));
        table.row("etcd", site -> told(site.etcd(), version -> version));
        table.row("Nodes", site -> told(site.nodes(), Overview::nodes));
        table.row(
                "Runtime",
                site -> told(site.nodes(), nodes -> VersionRules.join(VersionRules.all(nodes, NodeFacts::runtime))));
        table.row("CNI", site -> told(site.network(), Overview::pairs));
        table.row("Pod subnets", site -> told(site.podSubnets(), nets -> String.join(", ", nets)));
        table.row("Service subnets", site -> told(site.serviceSubnets(), nets -> String.join(", ", nets)));
        table.row("Control-plane endpoint", site -> told(site.controlPlaneEndpoint(), endpoint -> endpoint));
        table.row("API certificate until", site -> told(site.apiServerCertificate(), CertificateFacts::validUntil));
        table.row("Custom resources", site -> told(site.definitions(), all -> Integer.toString(all.size())));
        table.row("Storage classes", site -> told(site.storageClasses(), all -> String.join(", ", all.keySet())));
        table.row("Images in use", site -> told(site.images(), all -> Integer.toString(all.size())));
        return rows;
    }

    private interface Rows {
        void row(String title, Function<SiteFacts, String> told);
    }

    private static <T> String told(Fact<T> fact, Function<T, String> told) {
        return fact.isKnown() ? told.apply(fact.get()) : "unknown";
    }

    private static String nodes(List<NodeFacts> nodes) {
        long controlPlane = nodes.stream().filter(NodeFacts::isControlPlane).count();
        return nodes.size() + ", " + controlPlane + " of them control plane, "
                + VersionRules.join(VersionRules.all(nodes, NodeFacts::architecture));
    }

    private static String pairs(Map<String, String> all) {
        List<String> pairs = new ArrayList<>();
        new TreeMap<>(all).forEach((name, version) -> pairs.add(name + " " + version));
        return String.join(", ", pairs);
    }
}
