package io.drkit.object;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.keystore.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reading what kube-apiserver stored, and what looks like it. */
class StoredObjectTest {

    @Test
    void tells_what_a_recorded_object_is_and_whose() {
        StoredObject replicas = Recorded.object("/registry/replicasets/team-4/web-7b6cb56767");
        StoredObject deployment = Recorded.object("/registry/deployments/team-4/web");

        assertThat(replicas.apiVersion()).isEqualTo("apps/v1");
        assertThat(replicas.group()).isEqualTo("apps");
        assertThat(replicas.kind()).isEqualTo("ReplicaSet");
        assertThat(replicas.namespace()).isEqualTo("team-4");
        assertThat(replicas.name()).isEqualTo("web-7b6cb56767");
        assertThat(replicas.uid()).isEqualTo("8917a4f7-e8da-411f-81fb-8f57ddcb8526");
        assertThat(replicas.isBeingDeleted()).isFalse();
        assertThat(replicas.labels()).containsOnly(entry("app", "web"), entry("pod-template-hash", "7b6cb56767"));
        assertThat(replicas.annotations()).containsEntry("deployment.kubernetes.io/revision", "1");
        assertThat(replicas.lastManager()).contains("kube-controller-manager");
        assertThat(replicas.owners())
                .containsExactly(new OwnerReference("apps/v1", "Deployment", "web", deployment.uid()));
    }

    @Test
    void tells_the_same_of_json() {
        StoredObject tenant = Recorded.object("/registry/example.dr.io/tenants/t4");

        assertThat(tenant.apiVersion()).isEqualTo("example.dr.io/v1");
        assertThat(tenant.group()).isEqualTo("example.dr.io");
        assertThat(tenant.kind()).isEqualTo("Tenant");
        assertThat(tenant.namespace()).isNull();
        assertThat(tenant.name()).isEqualTo("t4");
        assertThat(tenant.uid()).isEqualTo("0361e9e2-0fe0-42ea-b999-5a930b4fa939");
        assertThat(tenant.lastManager()).contains("kubectl");
    }

    @Test
    void every_recorded_object_that_is_not_encrypted_is_read_and_has_the_name_of_its_key() {
        Recorded.registry().forEach((key, value) -> {
            Optional<StoredObject> object = StoredObject.read(value);
            assertThat(object.isPresent()).as(key).isNotEqualTo(StoredObject.isEncrypted(value));
            object.filter(o -> !o.uid().isEmpty() && !key.contains("masterleases") && !key.contains("peerserverleases"))
                    .ifPresent(o -> {
                        assertThat(key).endsWith("/" + o.name());
                        assertThat(key).contains(o.namespace() == null ? "" : "/" + o.namespace() + "/");
                    });
        });
    }

    @Test
    void every_recorded_owner_is_an_object_of_that_uid() {
        List<StoredObject> objects = new ArrayList<>();
        Recorded.registry().values().forEach(value -> StoredObject.read(value).ifPresent(objects::add));
        List<String> uids = objects.stream().map(StoredObject::uid).toList();
        List<OwnerReference> owners = objects.stream()
                .flatMap(object -> object.owners().stream())
                .filter(owner -> !owner.kind().equals("Widget")) // encrypted
                .toList();

        assertThat(owners)
                .hasSizeGreaterThan(20)
                .allSatisfy(owner -> assertThat(uids).contains(owner.uid()));
    }

    @Test
    void an_object_whose_deletion_has_begun_says_so_in_either_notation() {
        List<StoredObject> deleting = new ArrayList<>();
        Recorded.history()
                .values()
                .forEach(versions -> versions.forEach(version -> StoredObject.read(version)
                        .filter(StoredObject::isBeingDeleted)
                        .ifPresent(deleting::add)));

        assertThat(deleting).extracting(StoredObject::kind).contains("Namespace", "Deployment");
        assertThat(json("{'apiVersion':'v1','kind':'Pod','metadata':{'deletionTimestamp':'2026-11-22T15:36:30Z'}}"))
                .hasValueSatisfying(pod -> assertThat(pod.isBeingDeleted()).isTrue());
        assertThat(json("{'apiVersion':'v1','kind':'Pod','metadata':{'deletionTimestamp':null}}"))
                .hasValueSatisfying(pod -> assertThat(pod.isBeingDeleted()).isFalse());
    }

    @Test
    void the_last_manager_is_the_newest_that_wrote_more_than_status() {
        Proto metadata = Proto.message()
                .put(17, manager("old", 10, ""))
                .put(17, manager("newest", 300, ""))
                .put(17, manager("later, but only a scale", 20, "scale"))
                .put(17, manager("controller", 400, "status"));

        assertThat(read(Proto.stored("v1", "Pod", Proto.message().put(1, metadata)))
                        .lastManager())
                .contains("newest");
        assertThat(json("{'apiVersion':'v1','kind':'Pod','metadata':{'managedFields':["
                        + "{'manager':'newest','time':'2026-11-22T15:36:30Z'},"
                        + "{'manager':'status','time':'2026-11-22T15:36:31Z','subresource':'status'},"
                        + "{'manager':'old','time':'2026-11-22T15:36:29Z'},{'manager':'timeless'}]}}"))
                .hasValueSatisfying(pod -> assertThat(pod.lastManager()).contains("newest"));
        assertThat(read(Proto.stored("v1", "Pod", Proto.message())).lastManager())
                .isEmpty();
    }

    @Test
    void what_is_encrypted_or_cbor_or_anything_else_is_no_object() {
        assertThat(StoredObject.read(Bytes.EMPTY)).isEmpty();
        assertThat(StoredObject.read(Bytes.utf8("k8s:enc:aescbc:v1:key1:abcdefgh")))
                .isEmpty();
        assertThat(StoredObject.read(Bytes.utf8("k8s"))).isEmpty();
        assertThat(StoredObject.read(Bytes.utf8("k8s\0"))).isEmpty();
        assertThat(StoredObject.read(Bytes.copyOf((byte) 0xd9, (byte) 0xd9, (byte) 0xf7, (byte) 0xa0)))
                .isEmpty();
        for (String text : List.of(
                "{",
                "{}",
                "[]",
                "{'kind':'Pod'}",
                "{'apiVersion':'v1','kind':7}",
                "{'apiVersion':'v1','kind':'Pod','metadata':[]}",
                "{'apiVersion':'v1','kind':'Pod','metadata':{'ownerReferences':[1]}}",
                "{'metadata':{'name':'n'},'spec':{]}",
                "{" + "'a':{".repeat(5_000) + "}".repeat(5_001),
                "{'metadata':" + "[".repeat(100_000) + "}")) {
            assertThat(json(text))
                    .as(text.substring(0, Math.min(60, text.length())))
                    .isEmpty();
        }
    }

    @Test
    void no_truncation_of_a_recorded_value_is_an_object() {
        for (String key : List.of(
                "/registry/deployments/team-4/web",
                "/registry/services/specs/team-4/web",
                "/registry/example.dr.io/tenants/t4",
                "/registry/apiextensions.k8s.io/customresourcedefinitions/widgets.example.dr.io")) {
            Bytes value = Recorded.value(key);
            boolean json = value.unsafeArray()[0] == '{';
            for (int size = 0; size < value.size() - 4; size++) {
                Optional<StoredObject> read = StoredObject.read(value.first(size));
                if (json) {
                    // a stream is not read to its end: a cut behind a brace past the metadata shows when more is asked
                    // for
                    read.ifPresent(StoredObjectTest::askEverything);
                } else { // the last four bytes are two empty fields
                    assertThat(read).as("%s at %s", key, size).isEmpty();
                }
            }
        }
    }

    @Test
    void damage_of_any_kind_is_borne() {
        Random random = new Random(4);
        List<Bytes> values = List.copyOf(Recorded.registry().values());
        for (int i = 0; i < 100_000; i++) {
            byte[] value = values.get(random.nextInt(values.size())).toByteArray();
            for (int changes = random.nextInt(4) + 1; changes > 0; changes--) {
                value[random.nextInt(Math.min(value.length, 200))] = (byte) random.nextInt();
            }
            askEverything(Bytes.wrap(value));
            byte[] noise = new byte[random.nextInt(60)];
            random.nextBytes(noise);
            askEverything(Bytes.utf8("k8s\0").concat(Bytes.wrap(noise)));
            askEverything(Bytes.utf8("{").concat(Bytes.wrap(noise)).concat(Bytes.utf8("}")));
        }
    }

    @Test
    void a_wrong_wire_type_an_endless_varint_and_a_huge_length_are_no_object() {
        Proto meta = Proto.message().put(1, "n");
        byte[] endless = new byte[40];
        Arrays.fill(endless, (byte) 0xff);
        assertThat(StoredObject.read(Proto.stored("v1", "Pod", Proto.message().put(1, 7))))
                .isEmpty();
        assertThat(StoredObject.read(Proto.stored(
                        "v1", "Pod", Proto.message().put(1, Proto.message().put(5, 7)))))
                .isEmpty();
        assertThat(StoredObject.read(
                        Proto.stored("v1", "Pod", Proto.message().put(1, meta).put(1, meta))))
                .isEmpty();
        assertThat(StoredObject.read(Proto.stored("v1", "Pod", Proto.message()).concat(Bytes.wrap(endless))))
                .isEmpty();
        for (long length : new long[] {Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE, -1}) {
            Bytes tail = Proto.stored("", "", Proto.message().put(20, length)).dropFirst(0);
            assertThat(StoredObject.read(tail)).isEmpty();
        }
        assertThat(StoredObject.read(Proto.stored("v1", "Pod", Proto.message().put(1, meta))))
                .isPresent();
    }

    @Test
    void what_it_holds_is_not_shown() {
        assertThat(read(Proto.stored("v1", "Secret", Proto.message().put(2, "s3cret")))
                        .toString())
                .isEqualTo("Secret ");
        assertThat(Recorded.object("/registry/deployments/team-4/web").toString())
                .isEqualTo("Deployment team-4/web");
    }

    private static void askEverything(Bytes value) {
        StoredObject.read(value).ifPresent(StoredObjectTest::askEverything);
    }

    static void askEverything(StoredObject object) {
        assertThat(object.apiVersion() + object.kind() + object.name() + object.namespace() + object.uid())
                .isNotNull();
        assertThat(object.owners().size()
                        + object.labels().size()
                        + object.annotations().size())
                .isNotNegative();
        assertThat(object.lastManager()).isNotNull();
        for (ObjectField field : ObjectField.values()) {
            assertThat(object.values(field)).isNotNull();
        }
    }

    private static Proto manager(String name, long seconds, String subresource) {
        return Proto.message()
                .put(1, name)
                .put(2, "Update")
                .put(4, Proto.message().put(1, seconds))
                .put(8, subresource);
    }

    private static Map.Entry<String, String> entry(String key, String value) {
        return Map.entry(key, value);
    }

    private static StoredObject read(Bytes value) {
        return StoredObject.read(value).orElseThrow();
    }

    private static Optional<StoredObject> json(String text) {
        return StoredObject.read(Bytes.utf8(text.replace('\'', '"')));
    }
}
