package io.drkit.keyspace;

import static io.drkit.keyspace.Crafted.apiService;
import static io.drkit.keyspace.Crafted.entry;
import static io.drkit.keyspace.Crafted.json;
import static io.drkit.keyspace.Crafted.key;
import static io.drkit.keyspace.Crafted.leased;
import static io.drkit.keyspace.Crafted.owned;
import static io.drkit.keyspace.Crafted.owner;
import static io.drkit.keyspace.Crafted.webhook;
import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keyspace.ScopeDecision.Verdict;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What belongs to a standby whose control plane is alive, and what is left to each site. */
class PlatformScopeTest {

    private static final PlatformScope PLATFORM = MirrorScope.platform();
    private static final String POD = owner("v1", "Pod", "p");
    private static final String NODE = owner("v1", "Node", "n");
    private static final String DEPLOYMENT = owner("apps/v1", "Deployment", "d");

    @Test
    void it_is_for_a_standby_that_is_alive() {
        assertThat(PLATFORM.standbyIsAlive()).isTrue();
        assertThat(PLATFORM.readsValues()).isTrue();
        assertThat(PLATFORM.range()).isEqualTo(KeyRange.prefix("/registry/"));
        assertThat(PLATFORM.registryPrefix()).isEqualTo("/registry");
    }

    @ParameterizedTest
    @CsvSource({
        "deployments/team-1/web, DECLARED",
        "unheardof/team-1/a, DECLARED",
        "example.com/widgets/team-1/a, DECLARED",
        "crd.projectcalico.org/networkpolicies/team-1/a, DECLARED",
        "crd.projectcalico.org/tiers/a, DECLARED",
        "cilium.io/ciliumnetworkpolicies/team-1/a, DECLARED",
        "storageclasses/fast, DECLARED",
        "priorityclasses/mine, DECLARED",
        "clustertrustbundles/mine, DECLARED",
        "pods/team-1/web-0, DERIVED",
        "services/endpoints/team-1/web, DERIVED",
        "endpointslices/team-1/web-x, DERIVED",
        "events/team-1/e, EPHEMERAL",
        "leases/team-1/l, EPHEMERAL",
        "leasecandidates/team-1/l, EPHEMERAL",
        "masterleases/10.0.0.1, EPHEMERAL",
        "peerserverleases/a, EPHEMERAL",
        "health, EPHEMERAL",
        "minions/node-1, CLUSTER_LOCAL",
        "csinodes/node-1, CLUSTER_LOCAL",
        "csistoragecapacities/team-1/c, CLUSTER_LOCAL",
        "volumeattachments/v, CLUSTER_LOCAL",
        "resourceslices/s, CLUSTER_LOCAL",
        "ranges/serviceips, CLUSTER_LOCAL",
        "ranges/servicenodeports, CLUSTER_LOCAL",
        "ipaddresses/10.0.0.1, CLUSTER_LOCAL",
        "servicecidrs/kubernetes, CLUSTER_LOCAL",
        "storageversions/s, CLUSTER_LOCAL",
        "certificatesigningrequests/c, CLUSTER_LOCAL",
        "flowschemas/f, CLUSTER_LOCAL",
        "prioritylevelconfigurations/p, CLUSTER_LOCAL",
        "priorityclasses/system-node-critical, CLUSTER_LOCAL",
        "clusterroles/system:node, CLUSTER_LOCAL",
        "clusterrolebindings/system:node, CLUSTER_LOCAL",
        "configmaps/team-1/kube-root-ca.crt, CLUSTER_LOCAL",
        "configmaps/team-1/openshift-service-ca.crt, CLUSTER_LOCAL",
        "services/specs/default/kubernetes, CLUSTER_LOCAL",
        "namespaces/kube-system, CLUSTER_LOCAL",
        "clustertrustbundles/kubernetes.io:kube-apiserver-serving:x, CLUSTER_LOCAL",
        "volsync.backube/replicationsources/team-1/r, CLUSTER_LOCAL",
        "snapshot.storage.k8s.io/volumesnapshots/team-1/s, CLUSTER_LOCAL",
        "groupsnapshot.storage.k8s.io/volumegroupsnapshots/team-1/s, CLUSTER_LOCAL",
        "velero.io/backups/velero/b, CLUSTER_LOCAL",
        "kubeovn.io/ips/i, CLUSTER_LOCAL",
        "crd.projectcalico.org/ipamblocks/b, CLUSTER_LOCAL",
        "crd.projectcalico.org/clusterinformations/default, CLUSTER_LOCAL",
        "cilium.io/ciliumidentities/1, CLUSTER_LOCAL",
        "whereabouts.cni.cncf.io/ippools/kube-system/p, CLUSTER_LOCAL"
    })
    void classes_are_known_by_the_key_and_only_what_is_declared_may_be_mirrored(String path, KeyClass expected) {
        Bytes key = Bytes.utf8("/registry/" + path);
        assertThat(KeyClass.of(RegistryKey.parse(key, "/registry").orElseThrow()))
                .isEqualTo(expected);
        assertThat(PLATFORM.explain(key).keyClass()).isEqualTo(expected);
        assertThat(PLATFORM.mayAdmit(key)).isEqualTo(expected == KeyClass.DECLARED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cpaas-system",
                "cert-manager",
                "default",
                "global-credentials",
                "cpaas-system-global-credentials",
                "kube-ovn",
                "kube-public",
                "kube-system",
                "nsx-system",
                "cpaas-solution",
                "kube-node-lease",
                "kubevirt",
                "nativestor-system",
                "operators"
            })
    void what_is_in_a_sites_own_namespaces_is_left_to_it_and_the_namespace_too(String namespace) {
        assertThat(PLATFORM.mayAdmit(key("configmaps/" + namespace + "/a"))).isFalse();
        assertThat(PLATFORM.mayAdmit(key("example.com/widgets/" + namespace + "/a")))
                .isFalse();
        assertThat(PLATFORM.mayAdmit(key("namespaces/" + namespace))).isFalse();
        assertThat(PLATFORM.explain(key("configmaps/" + namespace + "/a")).reason())
                .contains(namespace);
        // Only namespaces are meant, not whatever else has such a name.
        assertThat(PLATFORM.mayAdmit(key("storageclasses/" + namespace))).isTrue();
        assertThat(PLATFORM.mayAdmit(key("example.com/namespaces/" + namespace)))
                .isTrue();
    }

    @Test
    void keys_that_no_kube_apiserver_writes_are_in_no_scope() {
        for (String path : List.of("configmaps//a", "configmaps/team-1/", "configmaps/team-1/a/b", "pods", "x")) {
            assertThat(PLATFORM.explain(key(path)).verdict()).as(path).isEqualTo(Verdict.EXCLUDED);
        }
        Bytes noText = key("configmaps/team-1/").concat(Bytes.copyOf((byte) 0xff));
        assertThat(PLATFORM.explain(noText).verdict()).isEqualTo(Verdict.EXCLUDED);
    }

    @ParameterizedTest
    @CsvSource({"kubernetes.io/service-account-token, EXCLUDED", "Opaque, MIRRORED", "'', MIRRORED"})
    void a_service_accounts_token_is_of_one_site(String type, Verdict expected) {
        KeyValue secret = json("secrets/team-1/s", "v1", "Secret", "", "\"type\":\"" + type + "\"");
        assertThat(PLATFORM.explain(secret).verdict()).isEqualTo(expected);
        assertThat(PLATFORM.explain(secret.key()).verdict()).isEqualTo(Verdict.DEPENDS_ON_VALUE);
    }

    @ParameterizedTest
    @CsvSource({"Delete, EXCLUDED", "Recycle, EXCLUDED", "Retain, MIRRORED"})
    void a_volume_that_is_deleted_with_its_claim_is_of_one_site(String policy, Verdict expected) {
        KeyValue volume = json(
                "persistentvolumes/v",
                "v1",
                "PersistentVolume",
                "",
                "\"spec\":{\"persistentVolumeReclaimPolicy\":\"" + policy + "\"}");
        assertThat(PLATFORM.explain(volume).verdict()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Mutating", "Validating"})
    void a_webhook_goes_where_its_services_go(String kind) {
        KeyValue ofSite = webhook(kind, "team-1", "cert-manager");
        assertThat(PLATFORM.explain(ofSite).verdict()).isEqualTo(Verdict.EXCLUDED);
        assertThat(PLATFORM.explain(ofSite).reason()).contains("cert-manager");
        assertThat(PLATFORM.admits(webhook(kind, "team-1", "team-2"))).isTrue();
        MirrorScope included =
                PlatformScope.builder().includeNamespace("cert-manager").build();
        assertThat(included.admits(ofSite)).isTrue();
        MirrorScope excluded =
                PlatformScope.builder().excludeNamespace("team-2").build();
        assertThat(excluded.admits(webhook(kind, "team-1", "team-2"))).isFalse();
    }

    @Test
    void an_api_service_goes_where_its_service_goes_unless_kube_apiserver_makes_it() {
        assertThat(PLATFORM.admits(apiService("{}", "team-1"))).isTrue();
        assertThat(PLATFORM.explain(apiService("{}", "kube-system")).reason()).contains("kube-system");
        assertThat(PLATFORM.admits(apiService("{}", "kube-system"))).isFalse();
        assertThat(PLATFORM.admits(apiService("{\"kube-aggregator.kubernetes.io/automanaged\":\"true\"}", "team-1")))
                .isFalse();
        MirrorScope included =
                PlatformScope.builder().includeNamespace("kube-system").build();
        assertThat(included.admits(apiService("{}", "kube-system"))).isTrue();
    }

    @Test
    void what_kube_apiserver_bootstraps_is_known_by_its_label() {
        String label = "\"labels\":{\"kubernetes.io/bootstrapping\":\"rbac-defaults\"}";
        String api = "rbac.authorization.k8s.io/v1";
        assertThat(PLATFORM.admits(json("clusterroles/admin", api, "ClusterRole", label, "\"rules\":[]")))
                .isFalse();
        assertThat(PLATFORM.admits(json("clusterroles/mine", api, "ClusterRole", "", "\"rules\":[]")))
                .isTrue();
    }

    @Test
    void a_dependent_is_mirrored_if_one_of_its_owners_may_be_there() {
        assertThat(PLATFORM.explain(owned(POD)).verdict()).isEqualTo(Verdict.EXCLUDED);
        assertThat(PLATFORM.admits(owned(POD, NODE))).isFalse();
        assertThat(PLATFORM.admits(owned(POD, DEPLOYMENT))).isTrue();
        assertThat(PLATFORM.admits(owned(DEPLOYMENT))).isTrue();
        assertThat(PLATFORM.admits(owned())).isTrue();
        assertThat(PLATFORM.admits(owned(owner("velero.io/v1", "Backup", "b")))).isFalse();
        assertThat(PLATFORM.admits(owned(owner("crd.projectcalico.org/v1", "IPPool", "p"))))
                .isFalse();
        assertThat(PLATFORM.admits(owned(owner("crd.projectcalico.org/v1", "NetworkPolicy", "p"))))
                .isTrue();
        assertThat(PLATFORM.admits(owned(owner("example.com/v1", "Widget", "w"))))
                .isTrue();
        MirrorScope withPods = PlatformScope.builder().includeResource("pods").build();
        assertThat(withPods.admits(owned(POD))).isTrue();
        MirrorScope without =
                PlatformScope.builder().excludeResource("widgets.example.com").build();
        assertThat(without.admits(owned(owner("example.com/v1", "Widget", "w"))))
                .isFalse();
    }

    @Test
    void an_owner_that_the_standby_never_has_is_not_told_to_it() {
        Bytes both = owned(POD, DEPLOYMENT).value();
        Bytes one = owned(DEPLOYMENT).value();
        assertThat(PLATFORM.desired().isEqual(both, one)).isTrue();
        assertThat(PLATFORM.desired().toCreate(both).utf8())
                .doesNotContain("Pod")
                .contains("Deployment");
    }

    @Test
    void what_decides_but_cannot_be_read_is_withheld_and_told() {
        Bytes encrypted = Bytes.utf8("k8s:enc:kms:v2:plugin:...");
        for (String path : List.of(
                "secrets/team-1/s",
                "persistentvolumes/v",
                "mutatingwebhookconfigurations/w",
                "validatingwebhookconfigurations/w",
                "apiregistration.k8s.io/apiservices/v1.example.com",
                "clusterroles/mine")) {
            KeyValue entry = entry(path, encrypted);
            assertThat(PLATFORM.isUndecidable(entry)).as(path).isTrue();
            assertThat(PLATFORM.admits(entry)).as(path).isFalse();
            assertThat(PLATFORM.explain(entry).verdict()).as(path).isEqualTo(Verdict.UNREADABLE);
        }
        KeyValue plain = entry("configmaps/team-1/c", encrypted);
        assertThat(PLATFORM.isUndecidable(plain)).isFalse();
        assertThat(PLATFORM.admits(plain)).isTrue();
        // Where the key decides, nothing has to be read.
        assertThat(PLATFORM.isUndecidable(entry("secrets/kube-system/s", encrypted)))
                .isFalse();
        assertThat(PLATFORM.isUndecidable(leased("secrets/team-1/s", encrypted)))
                .isFalse();
    }

    @Test
    void leased_keys_and_drkits_own_are_in_no_scope_and_it_says_so() {
        KeyValue leased = leased("configmaps/team-1/c", owned().value());
        KeyValue own = new KeyValue(DrKitKeys.SITE, Bytes.utf8("x"), 1, 1, 1, false);
        MirrorScope included = PlatformScope.builder()
                .includeKey("/registry/configmaps/team-1/c")
                .build();
        for (MirrorScope scope : List.of(PLATFORM, included, MirrorScope.all(), MirrorScope.prefix("/"))) {
            assertThat(scope.explain(leased).verdict()).as(scope.name()).isEqualTo(Verdict.EXCLUDED);
            assertThat(scope.explain(leased).reason()).as(scope.name()).contains("leased");
            assertThat(scope.explain(own).verdict()).as(scope.name()).isEqualTo(Verdict.EXCLUDED);
            assertThat(scope.explain(own.key()).reason()).as(scope.name()).contains("DrKit");
        }
    }

    @Test
    void other_scopes_explain_themselves_too() {
        Bytes pod = key("pods/team-1/web-0");
        assertThat(MirrorScope.all().explain(pod).verdict()).isEqualTo(Verdict.MIRRORED);
        assertThat(MirrorScope.all()
                        .explain(entry("pods/team-1/web-0", Bytes.EMPTY))
                        .isMirrored())
                .isTrue();
        assertThat(MirrorScope.prefix("/other/").explain(pod).verdict()).isEqualTo(Verdict.EXCLUDED);
    }

    @Test
    void a_key_that_may_not_be_admitted_never_is_and_every_verdict_agrees_with_what_is_done() {
        List<KeyValue> recorded = new ArrayList<>(RecordedEntries.of(RecordedEntries.PRIMARY));
        recorded.addAll(RecordedEntries.of(RecordedEntries.STANDBY));
        List<PlatformScope> scopes = List.of(
                PLATFORM,
                builder()
                        .includeNamespace("kube-system")
                        .includeResource("pods")
                        .build(),
                builder().excludeResource("*.apps").excludeNamespace("team-2").build());
        int step = 37; // of primes, so that every key meets values of many kinds
        for (PlatformScope scope : scopes) {
            for (KeyValue entry : recorded) {
                boolean may = scope.mayAdmit(entry.key());
                assertThat(scope.explain(entry.key()).verdict() != Verdict.EXCLUDED)
                        .isEqualTo(may);
                for (int i = 0; i < recorded.size(); i += step) {
                    KeyValue other = recorded.get(i);
                    KeyValue mixed = new KeyValue(entry.key(), other.value(), 1, 1, 1, other.leased());
                    ScopeDecision decision = scope.explain(mixed);
                    assertThat(decision.isMirrored())
                            .isEqualTo(scope.admits(mixed))
                            .isEqualTo(scope.holds(mixed));
                    assertThat(decision.verdict() == Verdict.UNREADABLE).isEqualTo(scope.isUndecidable(mixed));
                    assertThat(decision.verdict()).isNotEqualTo(Verdict.DEPENDS_ON_VALUE);
                    assertThat(decision.reason()).endsWith(".").doesNotContain("%s");
                    assertThat(!may && decision.isMirrored())
                            .as(entry.key().utf8())
                            .isFalse();
                }
            }
        }
    }

    private static PlatformScope.Builder builder() {
        return PlatformScope.builder();
    }
}
