package io.drkit.examples.bench;

import io.drkit.examples.bench.raw.RawWriter;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Objects as kube-apiserver stores them, of about {@link Dataset#VALUE_BYTES} each, half of which have an owner: in each group of six there are a
 * Deployment with two ReplicaSets, a StatefulSet with a ControllerRevision, and a ConfigMap.
 *
 * @param size how many objects
 */
record Households(int size) {

    private static final int NAMESPACES = 50;

    /** One of a group's six: where it is stored, what it is, and which of the six owns it. */
    private record Member(String resource, String apiVersion, String kind, int owner) {}

    private static final List<Member> MEMBERS = List.of(
            new Member("deployments", "apps/v1", "Deployment", -1),
            new Member("replicasets", "apps/v1", "ReplicaSet", 0),
            new Member("replicasets", "apps/v1", "ReplicaSet", 0),
            new Member("statefulsets", "apps/v1", "StatefulSet", -1),
            new Member("controllerrevisions", "apps/v1", "ControllerRevision", 3),
            new Member("configmaps", "v1", "ConfigMap", -1));

    void load(KeyStore store) throws InterruptedException {
        RawWriter writer = new RawWriter(store);
        for (int i = 0; i < size; i++) {
            writer.put(key(i), value(i));
        }
        writer.finish();
    }

    private static Member member(int i) {
        return MEMBERS.get(i % MEMBERS.size());
    }

    private static Bytes key(int i) {
        return Bytes.utf8("/registry/" + member(i).resource() + "/" + namespace(i) + "/" + name(i));
    }

    private static String namespace(int i) {
        return String.format(Locale.ROOT, "namespace-%02d", i / MEMBERS.size() % NAMESPACES);
    }

    private static String name(int i) {
        return String.format(Locale.ROOT, "object-%07d", i);
    }

    private static String uid(int i) {
        return new UUID(0x1234_5678_9abc_4000L, 0x8000_0000_0000_0000L | i).toString();
    }

    private static Bytes value(int i) {
        Message metadata = new Message().text(1, name(i)).text(3, namespace(i)).text(5, uid(i));
        if (member(i).owner() >= 0) {
            int owner = i - i % MEMBERS.size() + member(i).owner();
            metadata.message(
                    13,
                    new Message()
                            .text(1, member(owner).kind())
                            .text(3, name(owner))
                            .text(4, uid(owner))
                            .text(5, member(owner).apiVersion()));
        }
        byte[] spec = new byte[Dataset.VALUE_BYTES - 256];
        Arrays.fill(spec, (byte) 'x');
        Message object = new Message()
                .message(1, metadata)
                .message(2, new Message().text(1, new String(spec, StandardCharsets.US_ASCII)));
        Message envelope = new Message()
                .message(
                        1,
                        new Message()
                                .text(1, member(i).apiVersion())
                                .text(2, member(i).kind()))
                .message(2, object);
        return Bytes.utf8("k8s\0").concat(Bytes.wrap(envelope.bytes()));
    }

    /** Just enough of protobuf: fields that have a length. */
    private static final class Message {

        private final ByteArrayOutputStream content = new ByteArrayOutputStream();

        Message text(int field, String value) {
            return field(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return field(field, value.bytes());
        }

        private Message field(int field, byte[] value) {
            content.write((field << 3) | 2);
            int rest = value.length;
            for (; rest > 0x7f; rest >>>= 7) {
                content.write((rest & 0x7f) | 0x80);
            }
            content.write(rest);
            content.writeBytes(value);
            return this;
        }

        byte[] bytes() {
            return content.toByteArray();
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "%,d objects of about %,d bytes, half of them with an owner", size, Dataset.VALUE_BYTES);
    }
}
