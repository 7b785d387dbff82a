package io.drkit.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import org.junit.jupiter.api.Test;

/** A claim names a disk: whose it is, is each cluster's own. */
class ClaimTest {

    private static final String COMPLETED = "pv.kubernetes.io/bind-completed";
    private static final String NODE = "volume.kubernetes.io/selected-node";

    private final DesiredState desired = DesiredState.KUBERNETES;

    @Test
    void a_claim_is_created_unbound_and_without_a_status() {
        Proto metadata = Proto.message()
                .put(1, "data")
                .put(5, "u")
                .entry(12, "a-note", "kept")
                .entry(12, COMPLETED, "yes")
                .entry(12, "z-note", "kept")
                .put(14, "kubernetes.io/pvc-protection");
        Bytes bound = claim(metadata, spec("1Gi", "pv-of-primary"), "Bound");

        Bytes created = desired.toCreate(bound);

        assertThat(created)
                .isEqualTo(Proto.stored(
                        "v1",
                        "PersistentVolumeClaim",
                        Proto.message()
                                .put(
                                        1,
                                        Proto.message()
                                                .put(1, "data")
                                                .put(5, "u")
                                                .entry(12, "a-note", "kept")
                                                .entry(12, "z-note", "kept")
                                                .put(14, "kubernetes.io/pvc-protection"))
                                .put(
                                        2,
                                        Proto.message()
                                                .put(1, "ReadWriteOnce")
                                                .put(2, "1Gi")
                                                .put(6, "Filesystem"))));
        assertThat(StoredObject.read(created).orElseThrow().values(ObjectField.CLAIM_VOLUME_NAME))
                .isEmpty();
        assertThat(desired.isEqual(bound, created)).isTrue();
    }

    @Test
    void what_each_side_bound_is_no_difference() {
        Bytes primary = claim(Proto.message().put(5, "u").entry(12, NODE, "n1"), spec("1Gi", "pv-1"), "Bound");
        Bytes standby = claim(Proto.message().put(5, "u").entry(12, COMPLETED, "yes"), spec("1Gi", "pv-2"), "Bound");

        assertThat(desired.isEqual(primary, standby)).isTrue();
        assertThat(desired.isEqual(primary, claim(Proto.message().put(5, "u"), spec("2Gi", "pv-1"), "Bound")))
                .isFalse();
        assertThat(desired.isEqual(
                        primary,
                        claim(Proto.message().put(5, "u").entry(12, "note", "x"), spec("1Gi", "pv-1"), "Bound")))
                .isFalse();
    }

    @Test
    void an_update_takes_the_primarys_wishes_and_keeps_what_the_standby_bound() {
        Bytes primary = claim(
                Proto.message().put(5, "u").entry(12, NODE, "n1").entry(12, "note", "new"), spec("2Gi", "pv-1"), "p");
        Bytes standby = claim(Proto.message().put(5, "u").entry(12, COMPLETED, "yes"), spec("1Gi", "pv-2"), "s");
        Bytes merged = claim(
                Proto.message().put(5, "u").entry(12, "note", "new").entry(12, COMPLETED, "yes"),
                spec("2Gi", "pv-2"),
                "s");

        assertThat(desired.objection(primary, standby)).isEmpty();
        assertThat(desired.toUpdate(primary, standby)).isEqualTo(merged);
    }

    @Test
    void an_update_leaves_a_claim_unbound_that_the_standby_did_not_bind() {
        Bytes primary = claim(Proto.message().put(5, "u").entry(12, COMPLETED, "yes"), spec("2Gi", "pv-1"), "p");
        Bytes standby = desired.toCreate(claim(Proto.message().put(5, "u"), spec("1Gi", "pv-1"), "p"));

        StoredObject merged =
                StoredObject.read(desired.toUpdate(primary, standby)).orElseThrow();

        assertThat(merged.values(ObjectField.CLAIM_VOLUME_NAME)).isEmpty();
        assertThat(merged.annotations()).isEmpty();
    }

    @Test
    void a_claim_of_another_uid_is_never_overwritten_and_its_identity_is_no_difference() {
        Bytes primary = claim(Proto.message().put(5, "u").put(8, "then"), spec("1Gi", "pv-1"), "Bound");
        Bytes standby = claim(
                Proto.message().put(5, "v").put(8, "now").put(14, "kubernetes.io/pvc-protection"),
                spec("1Gi", "pv-2"),
                "Bound");

        assertThat(desired.objection(primary, standby))
                .hasValueSatisfying(why -> assertThat(why).contains("another uid"));
        assertThat(desired.isEqual(primary, standby)).isTrue();
        assertThat(desired.isEqual(primary, claim(Proto.message().put(5, "v"), spec("5Gi", "pv-2"), "Bound")))
                .isFalse();
        assertThat(StoredObject.read(desired.toUpdate(primary, standby)))
                .hasValueSatisfying(written -> assertThat(written.uid()).isEqualTo("v"));
    }

    @Test
    void a_claim_that_hides_what_it_is_bound_to_is_never_overwritten() {
        Bytes claim = claim(Proto.message().put(5, "u"), spec("1Gi", "pv-1"), "Bound");
        Bytes encrypted = Bytes.utf8("k8s:enc:aescbc:v1:key1:0123");
        Bytes json =
                Bytes.utf8("{\"kind\":\"PersistentVolumeClaim\",\"apiVersion\":\"v1\",\"metadata\":{\"uid\":\"u\"}}");

        assertThat(desired.objection(claim, encrypted)).isPresent();
        assertThat(desired.objection(encrypted, claim)).isPresent();
        assertThat(desired.objection(claim, json)).isPresent();
        assertThat(desired.objection(claim, claim)).isEmpty();
    }

    @Test
    void a_claim_in_json_follows_the_same_rules() {
        String claim =
                "{'kind':'PersistentVolumeClaim','apiVersion':'v1','metadata':{'name':'d','uid':'u'%s},'spec':{%s}%s}";
        Bytes primary = json(claim.formatted(
                ",'annotations':{'" + COMPLETED + "':'yes'}",
                "'size':'2Gi','volumeName':'pv-1'",
                ",'status':{'phase':'p'}"));
        Bytes standby = json(claim.formatted(
                ",'annotations':{'" + NODE + "':'n'}", "'size':'1Gi','volumeName':'pv-2'", ",'status':{'phase':'s'}"));

        assertThat(desired.toCreate(primary)).isEqualTo(json(claim.formatted("", "'size':'2Gi'", "")));
        assertThat(desired.toUpdate(primary, standby))
                .isEqualTo(json(claim.formatted(
                        ",'annotations':{'" + NODE + "':'n'}",
                        "'size':'2Gi','volumeName':'pv-2'",
                        ",'status':{'phase':'s'}")));
        assertThat(desired.isEqual(primary, json(claim.formatted("", "'size':'2Gi'", ""))))
                .isTrue();
    }

    private static Proto spec(String size, String volume) {
        return Proto.message()
                .put(1, "ReadWriteOnce")
                .put(2, size)
                .put(3, volume)
                .put(6, "Filesystem");
    }

    private static Bytes claim(Proto metadata, Proto spec, String phase) {
        return Proto.stored(
                "v1",
                "PersistentVolumeClaim",
                Proto.message()
                        .put(1, metadata)
                        .put(2, spec)
                        .put(3, Proto.message().put(1, phase)));
    }

    private static Bytes json(String text) {
        return Bytes.utf8(text.replace('\'', '"'));
    }
}
