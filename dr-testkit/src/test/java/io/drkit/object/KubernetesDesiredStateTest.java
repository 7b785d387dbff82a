package io.drkit.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is a difference and what is not, and what is written: on recorded versions, and on what the recording lacks. */
class KubernetesDesiredStateTest {

    private final DesiredState desired = DesiredState.KUBERNETES;

    /** Which successive versions of a key are one desired state was read off the recorded generations, annotations and deletions. */
    @Test
    void versions_that_differ_in_status_alone_are_equal_and_others_are_not() {
        assertGroups("/registry/deployments/team-2/web", "0 111 2222 333");
        assertGroups("/registry/deployments/team-1/web", "0 111 2 333");
        assertGroups("/registry/statefulsets/team-2/db", "000 11");
        assertGroups("/registry/replicasets/team-2/web-7b6cb56767", "000 111 2");
        assertGroups("/registry/jobs/team-4/once", "0 1111");
        assertGroups("/registry/namespaces/team-4", "0 1111");
    }

    private void assertGroups(String key, String groups) {
        List<Bytes> versions = history(key);
        String group = groups.replace(" ", "");
        assertThat(versions).as(key).hasSize(group.length());
        for (int i = 0; i < versions.size(); i++) {
            for (int j = 0; j < versions.size(); j++) {
                assertThat(desired.isEqual(versions.get(i), versions.get(j)))
                        .as("%s: version %d and version %d", key, i, j)
                        .isEqualTo(group.charAt(i) == group.charAt(j));
            }
        }
    }

    @Test
    void field_3_of_what_has_no_status_is_compared() {
        Proto meta = Proto.message().put(1, "n").put(3, "ns").put(5, "u");
        Bytes binding = Proto.stored(
                "rbac.authorization.k8s.io/v1",
                "RoleBinding",
                Proto.message().put(1, meta).put(3, Proto.message().put(3, "a")));
        Bytes otherRole = Proto.stored(
                "rbac.authorization.k8s.io/v1",
                "RoleBinding",
                Proto.message().put(1, meta).put(3, Proto.message().put(3, "b")));
        Bytes config =
                Proto.stored("v1", "ConfigMap", Proto.message().put(1, meta).entry(3, "f", "\0"));
        Bytes otherData =
                Proto.stored("v1", "ConfigMap", Proto.message().put(1, meta).entry(3, "f", "\1"));
        Bytes deployment = Proto.stored(
                "apps/v1", "Deployment", Proto.message().put(1, meta).put(3, "a"));
        Bytes otherStatus = Proto.stored(
                "apps/v1", "Deployment", Proto.message().put(1, meta).put(3, "b"));

        assertThat(desired.isEqual(binding, otherRole)).isFalse();
        assertThat(desired.isEqual(config, otherData)).isFalse();
        assertThat(desired.isEqual(deployment, otherStatus)).isTrue();
        assertThat(desired.toUpdate(binding, otherRole)).isEqualTo(binding);
        assertThat(desired.toUpdate(config, otherData)).isEqualTo(config);
        assertThat(desired.toUpdate(deployment, otherStatus)).isEqualTo(otherStatus);
    }

    @Test
    void a_recorded_role_and_its_binding_are_whole() {
        Recorded.history().forEach((key, versions) -> {
            if (key.startsWith("/registry/clusterroles/") || key.startsWith("/registry/rolebindings/")) {
                Bytes first = versions.get(0);
                for (Bytes version : versions) {
                    assertThat(desired.toUpdate(version, first)).as(key).isEqualTo(version);
                    assertThat(desired.toCreate(version)).as(key).isEqualTo(version);
                }
            }
        });
    }

    @Test
    void who_manages_which_field_and_the_resource_version_are_no_difference() {
        Bytes one = deployment(
                Proto.message().put(5, "u").put(6, "").put(17, Proto.message().put(1, "kubectl")), "s");
        Bytes other = deployment(
                Proto.message().put(5, "u").put(6, "7").put(17, Proto.message().put(1, "helm")), "s");

        assertThat(desired.isEqual(one, other)).isTrue();
        assertThat(desired.isEqual(one, deployment(Proto.message().put(5, "v"), "s")))
                .isFalse();
        assertThat(desired.isEqual(one, deployment(Proto.message().put(5, "u").put(7, 2), "s")))
                .isFalse();
    }

    @Test
    void an_update_keeps_the_standbys_status_and_the_order_of_fields() {
        List<Bytes> versions = history("/registry/deployments/team-2/web");
        Bytes primary = versions.get(4);
        Bytes standby = versions.get(3);

        Bytes merged = desired.toUpdate(primary, standby);

        assertThat(desired.isEqual(primary, merged)).isTrue();
        // the recorded version that the primary's controller wrote next has another status: that of the standby stays
        assertThat(merged).isNotEqualTo(standby);
        assertThat(desired.toUpdate(standby, merged)).isEqualTo(standby);
        assertThat(desired.toUpdate(versions.get(5), primary)).isEqualTo(restatused(versions.get(5), primary));
    }

    /** The recorded bytes with the status, the last field of an object, cut out and replaced: what the draft must come to, by other means. */
    private static Bytes restatused(Bytes value, Bytes other) {
        Bytes envelope = Proto.part(value.dropFirst(4), 1);
        Bytes metadata = Proto.part(Proto.part(value.dropFirst(4), 2), 1);
        Bytes spec = Proto.part(Proto.part(value.dropFirst(4), 2), 2);
        Bytes status = Proto.part(Proto.part(other.dropFirst(4), 2), 3);
        return Bytes.utf8("k8s\0")
                .concat(Proto.message()
                        .put(1, envelope.unsafeArray())
                        .put(
                                2,
                                Proto.message()
                                        .put(1, metadata.unsafeArray())
                                        .put(2, spec.unsafeArray())
                                        .put(3, status.unsafeArray()))
                        .put(3, "")
                        .put(4, "")
                        .bytes());
    }

    @Test
    void a_job_that_has_completed_is_created_as_completed() {
        Bytes completed = history("/registry/jobs/team-4/once").get(1);

        assertThat(desired.toCreate(completed)).isEqualTo(completed);
    }

    @Test
    void over_an_object_of_another_uid_the_primarys_status_goes_along() {
        Bytes primary = deployment(Proto.message().put(1, "n").put(5, "u"), "primary's");
        Bytes standby = deployment(Proto.message().put(1, "n").put(5, "v"), "standby's");

        assertThat(desired.isEqual(primary, standby)).isFalse();
        assertThat(desired.toUpdate(primary, standby)).isEqualTo(primary);
        assertThat(desired.objection(primary, standby)).isEmpty();
    }

    @Test
    void unknown_fields_are_kept_and_compared() {
        Proto meta = Proto.message().put(1, "n").put(5, "u").put(99, "from the future");
        Bytes primary = Proto.stored(
                "apps/v1",
                "Deployment",
                Proto.message().put(1, meta).put(3, "p").put(70, 5));
        Bytes standby = Proto.stored(
                "apps/v1",
                "Deployment",
                Proto.message().put(1, meta).put(3, "s").put(70, 6));
        Bytes merged = Proto.stored(
                "apps/v1",
                "Deployment",
                Proto.message().put(1, meta).put(3, "s").put(70, 5));

        assertThat(desired.isEqual(primary, standby)).isFalse();
        assertThat(desired.toUpdate(primary, standby)).isEqualTo(merged);
    }

    @Test
    void a_status_that_the_standby_does_not_have_is_not_written_to_it() {
        Proto meta = Proto.message().put(1, "n").put(5, "u");
        Bytes primary = Proto.stored(
                "apps/v1",
                "Deployment",
                Proto.message().put(1, meta).put(2, "x").put(3, "p"));
        Bytes standby = Proto.stored(
                "apps/v1", "Deployment", Proto.message().put(1, meta).put(2, "y"));

        assertThat(desired.toUpdate(primary, standby))
                .isEqualTo(Proto.stored(
                        "apps/v1", "Deployment", Proto.message().put(1, meta).put(2, "x")));
    }

    @Test
    void foreign_owners_are_neither_compared_nor_written() {
        DesiredState others = new KubernetesDesiredState(owner -> owner.kind().equals("Cluster"));
        Proto cluster =
                Proto.message().put(1, "Cluster").put(3, "c").put(4, "c-uid").put(5, "x.io/v1");
        Proto web = Proto.message()
                .put(1, "Deployment")
                .put(3, "web")
                .put(4, "w-uid")
                .put(5, "apps/v1");
        Bytes both = deployment(Proto.message().put(5, "u").put(13, cluster).put(13, web), "s");
        Bytes one = deployment(Proto.message().put(5, "u").put(13, web), "s");
        Bytes none = deployment(Proto.message().put(5, "u"), "s");

        assertThat(others.isEqual(both, one)).isTrue();
        assertThat(others.isEqual(one, both)).isTrue();
        assertThat(others.isEqual(both, none)).isFalse();
        assertThat(others.toCreate(both)).isEqualTo(one);
        assertThat(others.toUpdate(both, none)).isEqualTo(one);
        assertThat(desired.isEqual(both, one)).isFalse();
        assertThat(desired.toCreate(both)).isEqualTo(both);
    }

    @Test
    void what_cannot_be_read_counts_byte_for_byte() {
        Bytes encrypted = Bytes.utf8("k8s:enc:aescbc:v1:key1:0123");
        Bytes other = Bytes.utf8("k8s:enc:aescbc:v1:key1:4567");
        Bytes readable = deployment(Proto.message().put(5, "u"), "s");

        assertThat(desired.isEqual(encrypted, encrypted)).isTrue();
        assertThat(desired.isEqual(encrypted, other)).isFalse();
        assertThat(desired.isEqual(encrypted, readable)).isFalse();
        assertThat(desired.isEqual(readable, encrypted)).isFalse();
        assertThat(desired.toCreate(encrypted)).isEqualTo(encrypted);
        assertThat(desired.toUpdate(encrypted, other)).isEqualTo(encrypted);
        assertThat(desired.toUpdate(readable, encrypted)).isEqualTo(readable);
        assertThat(desired.objection(encrypted, other)).isEmpty();
    }

    @Test
    void another_kind_or_version_is_a_difference_and_its_status_is_not_taken() {
        Proto object = Proto.message().put(1, Proto.message().put(5, "u")).put(3, "p");
        Proto other = Proto.message().put(1, Proto.message().put(5, "u")).put(3, "s");
        Bytes v2 = Proto.stored("autoscaling/v2", "HorizontalPodAutoscaler", object);
        Bytes v1 = Proto.stored("autoscaling/v1", "HorizontalPodAutoscaler", other);

        assertThat(desired.isEqual(v2, v1)).isFalse();
        assertThat(desired.toUpdate(v2, v1)).isEqualTo(v2);
    }

    private static Bytes deployment(Proto metadata, String status) {
        return Proto.stored(
                "apps/v1",
                "Deployment",
                Proto.message().put(1, metadata).put(2, "spec").put(3, status));
    }

    private static List<Bytes> history(String key) {
        return Objects.requireNonNull(Recorded.history().get(key), key);
    }
}
