package io.drkit.testkit.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.keystore.Bytes;
import io.drkit.object.StoredObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Objects made from nothing, in JSON, which kube-apiserver reads for built-in kinds as well. */
final class Json {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static ObjectNode object(String apiVersion, String kind, @Nullable String namespace, String name, String uid) {
        ObjectNode object =
                MAPPER.createObjectNode().put("apiVersion", apiVersion).put("kind", kind);
        ObjectNode metadata = object.putObject("metadata").put("name", name);
        if (namespace != null) {
            metadata.put("namespace", namespace);
        }
        metadata.put("uid", uid).put("creationTimestamp", "2026-01-01T00:00:00Z");
        return object;
    }

    /** Adds a reference to an owner, as its controller. */
    static ObjectNode owned(ObjectNode object, StoredObject owner) {
        object.withObjectProperty("metadata")
                .withArrayProperty("ownerReferences")
                .addObject()
                .put("apiVersion", owner.apiVersion())
                .put("kind", owner.kind())
                .put("name", owner.name())
                .put("uid", owner.uid())
                .put("controller", true)
                .put("blockOwnerDeletion", true);
        return object;
    }

    static Bytes bytes(ObjectNode object) {
        try {
            return Bytes.wrap(MAPPER.writeValueAsBytes(object)).concat(Bytes.utf8("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
