package io.drkit.kubernetes.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.comparison.ComparisonReport;
import io.drkit.comparison.ComparisonReport.Verdict;
import io.drkit.comparison.Fact;
import io.drkit.comparison.Finding;
import io.drkit.comparison.SiteComparison;
import io.drkit.comparison.SiteFacts;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.testkit.StandInHost;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two sites, from their API servers, hosts and registries to the report. */
class ComparedSitesTest {

    private static final String WITHHELD =
            "ConfigMap kubeadm-config, ClusterConfiguration.apiServer.extraArgs.oidc-client-secret";

    /** What is changed at the standby, and the subject under which it must be found, once. */
    private record Change(String subject, String from, String to) {}

    private static final List<Change> CHANGES = List.of(
            change("kubelet", "kubeletVersion: v1.30.4", "kubeletVersion: v1.29.1"),
            change("runtime of the nodes", "containerd://1.7.20", "cri-o://1.30.2"),
            change("etcd", "etcd:3.5.15-0", "etcd:3.4.13-0"),
            change("version of the CNI plugin", "calico/node:v3.28.1", "calico/node:v3.27.0"),
            change("pod subnets", "podSubnet: 10.244.0.0/16", "podSubnet: 10.16.0.0/16"),
            change("service subnets", "serviceSubnet: 10.96.0.0/12", "serviceSubnet: 10.4.0.0/16"),
            change("audit-log-maxage", "value: '30'", "value: '7'"),
            change("ConfigMap coredns, Corefile", "forward . 10.0.0.53", "forward . 10.1.0.53"),
            change("config.conf.mode", "mode: ipvs", "mode: iptables"),
            change("kubelet.maxPods", "maxPods: 110", "maxPods: 200"),
            change("ConfigMap audit-policy", "name: audit-policy", "name: other-policy"),
            change("ConfigMap other-policy", "", ""),
            change("capacity: memory", "memory: 32Gi", "memory: 16Gi"),
            change("capacity: pods", "pods: \"250\"", "pods: \"110\""),
            change("capacity: nvidia.com/gpu", "nvidia.com/gpu: \"2\"", "nvidia.com/gpu: \"1\""),
            change("node label disktype=ssd", "disktype: ssd", "disktype: hdd"),
            change("runtime socket", "containerd/containerd.sock", "crio/crio.sock"),
            change("names of the control-plane nodes", "{name: cp-2", "{name: cp-9"),
            change("shops.example.com", "{name: v1beta1, served: true", "{name: v1beta1, served: false"),
            change(
                    "carts.example.com",
                    "names: {kind: Cart, plural: carts}, versions: [{name: v1,",
                    "names: {kind: Cart, plural: carts}, versions: [{name: v1alpha1,"),
            change("tills.example.com", "name: tills.example.com", "name: tillz.example.com"),
            change("tillz.example.com", "", ""),
            change("fast, provisioner", "provisioner: csi.example.com", "provisioner: csi.example.org"),
            change("fast, default", "is-default-class: \"true\"", "is-default-class: \"false\""),
            change(
                    "slow, bindingMode",
                    "nfs.example.com, volumeBindingMode: Immediate",
                    "nfs.example.com, volumeBindingMode: WaitForFirstConsumer"),
            change("local", "{name: local}", "{name: local-2}"),
            change("local-2", "", ""),
            change("snap, driver", "{name: snap}, driver: csi.example.com", "{name: snap}, driver: csi.example.org"),
            change("keep, deletionPolicy", "deletionPolicy: Retain", "deletionPolicy: Delete"));

    private final ComparedSite primary = new ComparedSite("primary", "192.0.2.10", "198.51.100.10");
    private final ComparedSite standby = new ComparedSite("standby", "198.51.100.10", "192.0.2.10");

    @AfterEach
    void close() {
        primary.close();
        standby.close();
    }

    @Test
    void two_equal_sites_give_no_finding_but_what_is_withheld() {
        primary.create(ComparedSite.OBJECTS);
        standby.create(ComparedSite.OBJECTS);
        hosts(primary);
        hosts(standby);
        ComparisonReport report = compare();
        assertThat(report.findings()).extracting(Finding::subject).containsExactly(WITHHELD);
        assertThat(report.verdict()).isEqualTo(Verdict.ALIKE);
        assertThat(report.primary().images().get())
                .contains(
                        "registry.example.com/shop/init:1",
                        "registry.example.com/shop/job:2",
                        "registry.example.com/shop/db:15");
        assertThat(report.toJson() + report.primary().toJson()).doesNotContain("hunter2");
    }

    @Test
    void forty_differences_are_found_each_once_and_none_is_invented() {
        primary.create(ComparedSite.OBJECTS);
        String changed = ComparedSite.OBJECTS;
        for (Change change : CHANGES) {
            assertThat(changed).contains(change.from);
            changed = change.from.isEmpty() ? changed : changed.replace(change.from, change.to);
        }
        standby.create(changed);
        hosts(primary);
        standby.hosts.add(new StandInHost("root@a", "cp-1")
                .clockAhead(Duration.ofMinutes(1))
                .cniPlugins("calico"));
        standby.hosts.add(new StandInHost("root@b", "cp-1")
                .clockAhead(Duration.ofMinutes(2))
                .cniPlugins("calico")
                .closed(2379)
                .closed(80));
        primary.hosts.get(1).closed(6443);
        standby.version("v1.29.9");
        standby.registry.has("shop/app:1.4").has("shop/db:15", "arm64", "s390x").has("shop/init:1", "arm64");
        primary.registry.has("etcd:3.4.13-0");
        standby.certificates(
                ComparedSite.certificate("ab", "kubernetes"), ComparedSite.certificate("cd", ComparedSite.NAME));

        List<Finding> findings = compare().findings();
        for (Change change : CHANGES) {
            assertThat(findings)
                    .filteredOn(finding -> finding.subject().contains(change.subject)
                            && (change.subject.contains(" ")
                                    || finding.subject()
                                            .matches("(?:.*[ ,.]|)" + Pattern.quote(change.subject) + "(?:=.*|)")))
                    .as(change.subject)
                    .isNotEmpty();
        }
        assertThat(findings).extracting(Finding::subject).doesNotHaveDuplicates();
        List<String> others = List.of(
                "API server",
                "registry.example.com/shop/app:1.4",
                "registry.example.com/shop/db:15",
                "registry.example.com/shop/init:1",
                "registry.k8s.io/etcd:3.4.13-0",
                "names of the API server's certificate at standby",
                "certificate for " + ComparedSite.NAME,
                "CNI configuration of the hosts",
                "host name of root@b at standby",
                "192.0.2.10 port 2379 of primary",
                "192.0.2.10 port 80 of primary",
                "198.51.100.10 port 6443 of standby",
                "clocks of the hosts of standby",
                "clocks of the two sites",
                WITHHELD);
        assertThat(findings).extracting(Finding::subject).containsAll(others);
        assertThat(findings).hasSize(CHANGES.size() + others.size());
    }

    @Test
    void what_a_right_is_missing_for_is_unknown_and_the_rest_is_compared() {
        primary.create(ComparedSite.OBJECTS);
        standby.create(ComparedSite.OBJECTS);
        hosts(primary);
        hosts(standby);
        standby.api().rule((number, method, path) -> path.endsWith("/nodes") ? Fate.FORBIDDEN : Fate.PASS);
        ComparisonReport report = compare();
        assertThat(report.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(report.findings().get(0).standby()).contains("unknown: ", "does not allow us to list nodes (403)");
        assertThat(report.standby().images().isKnown()).isTrue();
    }

    @Test
    void a_site_that_is_down_is_unknown_and_its_hosts_are_looked_at_all_the_same() {
        standby.api().rule((number, method, path) -> Fate.BROKEN);
        hosts(standby);
        SiteFacts facts = standby.gather(Fact.of(List.of()));
        assertThat(facts.kubernetes().because()).contains("its version now (500)");
        assertThat(facts.images().because()).contains("its version now (500)");
        assertThat(facts.hosts().get()).hasSize(2);
    }

    private static void hosts(ComparedSite site) {
        site.hosts.add(new StandInHost("root@a", "cp-1"));
        site.hosts.add(new StandInHost("root@b", "cp-2"));
    }

    private ComparisonReport compare() {
        SiteFacts first = primary.gather(Fact.unknown("the other site comes later"));
        SiteFacts second = standby.gather(first.images());
        return SiteComparison.compare(primary.gather(second.images()), second);
    }

    private static Change change(String subject, String from, String to) {
        return new Change(subject, from, to);
    }
}
