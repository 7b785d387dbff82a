package io.drkit.testkit.kube;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.keystore.Bytes;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import org.jspecify.annotations.Nullable;

/** Objects for the stories told here. */
final class MadeUp {

    private MadeUp() {}

    static final OwnerReference NOBODY = new OwnerReference("apps/v1", "Deployment", "nobody", "uid-of-nobody");

    static ObjectNode json(
            String apiVersion, String kind, @Nullable String namespace, String name, OwnerReference... owners) {
        ObjectNode object = Json.object(apiVersion, kind, namespace, name, "uid-of-" + name);
        for (OwnerReference owner : owners) {
            object.withObjectProperty("metadata")
                    .withArrayProperty("ownerReferences")
                    .addObject()
                    .put("apiVersion", owner.apiVersion())
                    .put("kind", owner.kind())
                    .put("name", owner.name())
                    .put("uid", owner.uid());
        }
        return object;
    }

    /** The same in protobuf: metadata and, for what is asked for it, {@code spec.replicas}. */
    static Bytes protobuf(
            String apiVersion, String kind, String namespace, String name, int replicas, OwnerReference... owners) {
        byte[] metadata = Proto.message(Proto.text(1, name), Proto.text(3, namespace), Proto.text(5, "uid-of-" + name));
        for (OwnerReference owner : owners) {
            metadata = Proto.with(
                    metadata,
                    13,
                    Proto.delimited(
                            13,
                            Proto.message(
                                    Proto.text(1, owner.kind()),
                                    Proto.text(3, owner.name()),
                                    Proto.text(4, owner.uid()),
                                    Proto.text(5, owner.apiVersion()))));
        }
        byte[] raw = Proto.message(
                Proto.delimited(1, metadata),
                Proto.delimited(2, Proto.number(1, replicas)),
                Proto.delimited(3, new byte[0]));
        byte[] type = Proto.message(Proto.text(1, apiVersion), Proto.text(2, kind));
        return ProtobufEdit.MAGIC.concat(Bytes.wrap(Proto.message(
                Proto.delimited(1, type), Proto.delimited(2, raw), Proto.text(3, ""), Proto.text(4, ""))));
    }

    static OwnerReference reference(Bytes value) {
        StoredObject object = StoredObject.read(value).orElseThrow();
        return new OwnerReference(object.apiVersion(), object.kind(), object.name(), object.uid());
    }

    static Bytes namespace(String name) {
        return Json.bytes(json("v1", "Namespace", null, name));
    }
}
