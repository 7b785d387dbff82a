package io.drkit.testkit.kube;

import io.drkit.keystore.Bytes;
import java.util.Set;
import java.util.function.UnaryOperator;

/** An object in protobuf that is being changed; the numbers are those of Kubernetes' {@code generated.proto}. */
final class ProtobufEdit implements Edit {

    static final Bytes MAGIC = Bytes.utf8("k8s\0");

    private static final int RAW = 2;
    private static final int METADATA = 1;
    private static final int SPEC = 2;
    private static final int STATUS = 3;

    private final byte[] type;
    private byte[] envelope;

    ProtobufEdit(Bytes value) {
        this.envelope = value.dropFirst(MAGIC.size()).toByteArray();
        this.type = Proto.at(envelope, 1);
    }

    private String kind() {
        return Proto.fields(type, 2).get(0).text();
    }

    @Override
    public int replicas() {
        return Proto.fields(Proto.at(envelope, RAW, SPEC), 1).stream()
                .findFirst()
                .map(field -> (int) field.value())
                .orElse(1);
    }

    @Override
    public boolean hasSelector() {
        return kind().equals("Service")
                && !Proto.fields(Proto.at(envelope, RAW, SPEC), 2).isEmpty();
    }

    @Override
    public Edit withoutOwners(Set<String> uids) {
        return change(
                METADATA,
                metadata -> Proto.without(
                        metadata,
                        field -> field.number() == 13
                                && uids.contains(
                                        Proto.fields(field.content(), 4).get(0).text())));
    }

    @Override
    public Edit status(String kind, int number) {
        byte[] status = switch (kind) {
            case "Namespace" -> Proto.text(1, "Active");
            case "PersistentVolumeClaim" -> Proto.text(1, number % 2 == 0 ? "Bound" : "Pending");
            case "Service" -> Proto.delimited(1, Proto.delimited(1, Proto.text(1, "192.0.2." + number % 250)));
            case "Job" -> Proto.number(4, number);
            default -> Proto.number(1, number);
        };
        return change(STATUS, before -> status).managedBy("kube-controller-manager", true);
    }

    @Override
    public Edit managedBy(String manager, boolean status) {
        byte[] now = Proto.delimited(4, Proto.number(1, System.currentTimeMillis() / 1_000));
        byte[] entry = Proto.message(
                Proto.text(1, manager),
                Proto.text(2, "Update"),
                Proto.text(3, Proto.fields(type, 1).get(0).text()),
                now,
                Proto.text(6, "FieldsV1"),
                Proto.delimited(7, Proto.text(1, "{}")),
                Proto.text(8, status ? "status" : ""));
        String subresource = status ? "status" : "";
        return change(
                METADATA,
                metadata -> Proto.with(
                        Proto.without(
                                metadata,
                                field -> field.number() == 17
                                        && text(field.content(), 1).equals(manager)
                                        && text(field.content(), 8).equals(subresource)),
                        17,
                        Proto.delimited(17, entry)));
    }

    private static String text(byte[] message, int number) {
        return Proto.fields(message, number).stream()
                .findFirst()
                .map(Proto.Field::text)
                .orElse("");
    }

    @Override
    public Edit label(String name, String value) {
        return entry(11, name, value);
    }

    @Override
    public Edit boundTo(String volume) {
        entry(12, "pv.kubernetes.io/bind-completed", "yes");
        entry(12, "pv.kubernetes.io/bound-by-controller", "yes");
        change(SPEC, spec -> Proto.with(Proto.without(spec, field -> field.number() == 3), 3, Proto.text(3, volume)));
        return change(STATUS, status -> Proto.text(1, "Bound"));
    }

    private Edit entry(int map, String name, String value) {
        return change(
                METADATA,
                metadata -> Proto.with(
                        Proto.without(
                                metadata,
                                field -> field.number() == map
                                        && Proto.fields(field.content(), 1)
                                                .get(0)
                                                .text()
                                                .equals(name)),
                        map,
                        Proto.entry(map, name, value)));
    }

    private Edit change(int part, UnaryOperator<byte[]> change) {
        envelope = Proto.changed(envelope, RAW, raw -> Proto.changed(raw, part, change));
        return this;
    }

    @Override
    public Bytes value() {
        return MAGIC.concat(Bytes.wrap(envelope));
    }
}
