package io.drkit.testkit.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.keystore.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

/** An object in JSON that is being changed. */
final class JsonEdit implements Edit {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ObjectNode object;

    private JsonEdit(ObjectNode object) {
        this.object = object;
    }

    static Optional<Edit> of(Bytes value) {
        try {
            return MAPPER.readTree(value.unsafeArray()) instanceof ObjectNode object
                    ? Optional.of(new JsonEdit(object))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public int replicas() {
        JsonNode spec = object.path("spec");
        return spec.path("replicas").asInt(spec.path("parallelism").asInt(1));
    }

    @Override
    public boolean hasSelector() {
        return object.path("spec").path("selector").size() > 0;
    }

    @Override
    public Edit withoutOwners(Set<String> uids) {
        ObjectNode metadata = object.withObjectProperty("metadata");
        ArrayNode kept = MAPPER.createArrayNode();
        for (JsonNode owner : metadata.path("ownerReferences")) {
            if (!uids.contains(owner.path("uid").asText())) {
                kept.add(owner);
            }
        }
        metadata.set("ownerReferences", kept);
        if (kept.isEmpty()) {
            metadata.remove("ownerReferences");
        }
        return this;
    }

    @Override
    public Edit status(String kind, int number) {
        object.withObjectProperty("status").put("observed", number).put("phase", "seen here");
        return managedBy("the operator", true);
    }

    @Override
    public Edit managedBy(String manager, boolean status) {
        ObjectNode entry = MAPPER.createObjectNode()
                .put("manager", manager)
                .put("operation", "Update")
                .put("apiVersion", object.path("apiVersion").asText())
                .put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
                .put("fieldsType", "FieldsV1");
        if (status) {
            entry.put("subresource", "status");
        }
        entry.putObject("fieldsV1");
        ArrayNode managers = MAPPER.createArrayNode();
        object.path("metadata").path("managedFields").forEach(each -> {
            boolean same = each.path("manager").asText().equals(manager)
                    && each.path("subresource").asText().equals(status ? "status" : "");
            if (!same) {
                managers.add(each);
            }
        });
        object.withObjectProperty("metadata").set("managedFields", managers.add(entry));
        return this;
    }

    @Override
    public Edit label(String name, String value) {
        object.withObjectProperty("metadata").withObjectProperty("labels").put(name, value);
        return this;
    }

    @Override
    public Edit boundTo(String volume) {
        object.withObjectProperty("metadata")
                .withObjectProperty("annotations")
                .put("pv.kubernetes.io/bind-completed", "yes")
                .put("pv.kubernetes.io/bound-by-controller", "yes");
        object.withObjectProperty("spec").put("volumeName", volume);
        object.withObjectProperty("status").put("phase", "Bound");
        return this;
    }

    @Override
    public Bytes value() {
        try {
            return Bytes.wrap(MAPPER.writeValueAsBytes(object)).concat(Bytes.utf8("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
