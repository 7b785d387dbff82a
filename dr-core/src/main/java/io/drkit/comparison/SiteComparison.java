package io.drkit.comparison;

import java.util.List;

/** Whether a standby is enough like its primary for a failover to work. Pure: the same facts give the same report. Thread-safe. */
public final class SiteComparison {

    private static final List<Rule> RULES = List.of(
            VersionRules::kubernetes,
            VersionRules::kubelets,
            VersionRules::etcd,
            VersionRules::runtime,
            NetworkRules::plugin,
            NetworkRules::hostPlugins,
            NetworkRules::podSubnets,
            NetworkRules::serviceSubnets,
            ConfigMapRules::configMaps,
            NodeRules::controlPlane,
            NodeRules::architectures,
            NodeRules::capacity,
            NodeRules::labels,
            NodeRules::runtimeSockets,
            ResourceRules::definitions,
            ResourceRules::storageClasses,
            ResourceRules::snapshotClasses,
            ImageRules::standbyHasPrimarys,
            ImageRules::primaryHasStandbys,
            CertificateRules::apiServer,
            CertificateRules::domain,
            HostRules::names,
            HostRules::ports,
            HostRules::clocksWithinSites,
            HostRules::clocksBetweenSites);

    private SiteComparison() {}

    /** Compares what was gathered of two sites. What is unknown of either is found to be unknown. */
    public static ComparisonReport compare(SiteFacts primary, SiteFacts standby) {
        Findings found = new Findings();
        RULES.forEach(rule -> rule.compare(primary, standby, found));
        return new ComparisonReport(primary, standby, found.all());
    }
}
