package io.drkit.keyspace;

import static io.drkit.keyspace.Crafted.entry;
import static io.drkit.keyspace.Crafted.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.drkit.keyspace.ScopeDecision.Verdict;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the user wants otherwise than the platform scope has it by itself. */
class ScopeWishesTest {

    @Test
    void of_wishes_the_narrower_wins_and_of_two_alike_what_excludes() {
        Bytes job = key("jobs/team-1/j");
        assertThat(builder().excludeNamespace("team-1").build().mayAdmit(job)).isFalse();
        assertThat(builder()
                        .excludeNamespace("team-1")
                        .includeResource("jobs.batch")
                        .build()
                        .mayAdmit(job))
                .isTrue();
        assertThat(builder()
                        .includeNamespace("team-1")
                        .excludeResource("jobs.batch")
                        .build()
                        .mayAdmit(job))
                .isFalse();
        assertThat(builder().excludeResource("*.batch").build().mayAdmit(job)).isFalse();
        assertThat(builder()
                        .excludeResource("*.batch")
                        .includeResource("jobs.batch")
                        .build()
                        .mayAdmit(job))
                .isTrue();
        assertThat(builder()
                        .includeResource("*.batch")
                        .excludeResource("jobs.batch")
                        .build()
                        .mayAdmit(job))
                .isFalse();
        assertThat(builder()
                        .excludeResource("jobs.batch")
                        .includeKey(job.utf8())
                        .build()
                        .explain(job)
                        .verdict())
                .isEqualTo(Verdict.MIRRORED);
        assertThat(builder()
                        .includeResource("jobs.batch")
                        .excludeKey(job.utf8())
                        .build()
                        .mayAdmit(job))
                .isFalse();
        assertThat(builder()
                        .includeKey(job.utf8())
                        .excludeKey(job.utf8())
                        .build()
                        .mayAdmit(job))
                .isFalse();
        assertThat(builder()
                        .includeResource("jobs.batch")
                        .excludeResource("jobs.batch")
                        .build()
                        .mayAdmit(job))
                .isFalse();
        assertThat(builder()
                        .includeNamespace("team-1")
                        .excludeNamespace("team-1")
                        .build()
                        .mayAdmit(job))
                .isFalse();
    }

    @Test
    void an_included_namespace_brings_what_is_declared_in_it_and_nothing_else() {
        MirrorScope scope = builder()
                .includeNamespace("kube-public")
                .includeNamespace("operators")
                .build();
        assertThat(scope.mayAdmit(key("configmaps/kube-public/mine"))).isTrue();
        assertThat(scope.mayAdmit(key("namespaces/operators"))).isTrue();
        assertThat(scope.mayAdmit(key("configmaps/kube-system/mine"))).isFalse();
        assertThat(scope.mayAdmit(key("configmaps/kube-public/kube-root-ca.crt")))
                .isFalse();
        assertThat(scope.mayAdmit(key("configmaps/kube-public/cluster-info"))).isFalse();
        assertThat(scope.mayAdmit(key("namespaces/kube-public"))).isFalse();
        assertThat(scope.mayAdmit(key("pods/kube-public/p"))).isFalse();
        assertThat(scope.mayAdmit(key("leases/kube-public/l"))).isFalse();
    }

    @Test
    void an_included_resource_does_not_reach_into_the_sites_own_namespaces() {
        MirrorScope scope =
                builder().includeResource("leases.coordination.k8s.io").build();
        assertThat(scope.mayAdmit(key("leases/team-1/l"))).isTrue();
        assertThat(scope.mayAdmit(key("leases/kube-system/kube-controller-manager")))
                .isFalse();
    }

    @Test
    void an_included_key_is_mirrored_whatever_its_value() {
        MirrorScope scope = builder()
                .includeKey("/registry/secrets/kube-system/s")
                .includeKey("/registry/pods/a/b")
                .build();
        KeyValue unreadable = entry("secrets/kube-system/s", Bytes.utf8("k8s:enc:kms:v2:x:y"));
        assertThat(scope.admits(unreadable)).isTrue();
        assertThat(scope.isUndecidable(unreadable)).isFalse();
        assertThat(scope.admits(entry("pods/a/b", Bytes.EMPTY))).isTrue();
    }

    @Test
    void equal_wishes_make_equal_names_in_whatever_order() {
        assertThat(MirrorScope.platform().name()).isEqualTo("platform");
        PlatformScope one = builder()
                .includeNamespace("kube-public")
                .excludeNamespace("team-9")
                .excludeResource("jobs.batch")
                .excludeResource("cronjobs.batch")
                .includeKey("/registry/configmaps/a/with blank")
                .build();
        PlatformScope other = builder()
                .includeKey("/registry/configmaps/a/with blank")
                .excludeResource("cronjobs.batch")
                .excludeResource("jobs.batch")
                .excludeResource("jobs.batch")
                .excludeNamespace("team-9")
                .includeNamespace("kube-public")
                .build();
        assertThat(one.name())
                .isEqualTo("platform +ns:kube-public -ns:team-9 -resource:cronjobs.batch -resource:jobs.batch"
                        + " +key:/registry/configmaps/a/with\\x20blank");
        assertThat(other.name()).isEqualTo(one.name());
        assertThat(other).isEqualTo(one);
        assertThat(builder().registryPrefix("/registry/").build().name()).isEqualTo("platform");
        assertThat(builder().registryPrefix("/k8s").build().name()).isEqualTo("platform prefix:/k8s");
        assertThat(builder().includeResource("*.").build().name()).isEqualTo("platform +resource:*.");
    }

    @Test
    void a_registry_may_be_elsewhere() {
        PlatformScope scope = builder().registryPrefix("/kubernetes.io/one/").build();
        assertThat(scope.range()).isEqualTo(KeyRange.prefix("/kubernetes.io/one/"));
        assertThat(scope.registryPrefix()).isEqualTo("/kubernetes.io/one");
        assertThat(scope.mayAdmit(Bytes.utf8("/kubernetes.io/one/deployments/team-1/web")))
                .isTrue();
        assertThat(scope.mayAdmit(Bytes.utf8("/kubernetes.io/one/pods/team-1/web")))
                .isFalse();
        assertThat(scope.mayAdmit(key("deployments/team-1/web"))).isFalse();
        assertThat(scope.explain(key("deployments/team-1/web")).reason()).contains("/kubernetes.io/one/");
    }

    @Test
    void what_cannot_be_meant_is_refused() {
        List<Runnable> attempts = new ArrayList<>();
        for (String text :
                List.of("", "*", "*.*", "Deployment", "deployments.apps/v1", "a b", ".apps", "deployments")) {
            attempts.add(() -> builder().includeResource(text));
            attempts.add(() -> builder().excludeResource(text));
        }
        for (String text : List.of("", "A", "a/b", "a.b", "*")) {
            attempts.add(() -> builder().includeNamespace(text));
            attempts.add(() -> builder().excludeNamespace(text));
        }
        for (String text : List.of("", "/", "registry", "/drkit", "/drkit/x", "//")) {
            attempts.add(() -> builder().registryPrefix(text));
        }
        for (String text : List.of("", "configmaps/a/b", "/registry/configmaps/a/", "/other/configmaps/a/b")) {
            attempts.add(() -> builder().includeKey(text).build());
            attempts.add(() -> builder().excludeKey(text).build());
        }
        assertThat(attempts)
                .allSatisfy(attempt -> assertThatIllegalArgumentException().isThrownBy(attempt::run));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().excludeResource("deployments"))
                .withMessageContaining("deployments.apps");
    }

    private static PlatformScope.Builder builder() {
        return PlatformScope.builder();
    }
}
