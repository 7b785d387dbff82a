package io.drkit.object;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.drkit.keystore.Bytes;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An object in JSON. It is read as a stream up to the end of its metadata, which kube-apiserver writes before what may be long; who asks for more
 * has all of it read as a tree.
 */
final class JsonObject implements StoredObject {

    private final byte[] value;

    private String apiVersion = "";
    private String kind = "";
    private String name = "";
    private String namespace = "";
    private String uid = "";
    private boolean beingDeleted;
    private List<OwnerReference> owners = List.of();

    private JsonObject(byte[] value) {
        this.value = value;
    }

    /** A brace at each end: a quick look that tells what was cut off, too. */
    static boolean looksLikeIt(Bytes value) {
        byte[] bytes = value.unsafeArray();
        int last = bytes.length - 1;
        while (last > 0 && bytes[last] <= ' ' && bytes[last] > 0) {
            last--;
        }
        return last > 0 && bytes[0] == '{' && bytes[last] == '}';
    }

    static Optional<StoredObject> read(byte[] value) {
        JsonObject object = new JsonObject(value);
        try (JsonParser json = Json.FACTORY.createParser(value)) {
            return object.readWhatIsAskedOfAll(json) && !object.apiVersion.isEmpty() && !object.kind.isEmpty()
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** False for what no object looks like. */
    private boolean readWhatIsAskedOfAll(JsonParser json) throws IOException {
        json.nextToken();
        boolean metadataRead = false;
        while (!(metadataRead && !kind.isEmpty() && !apiVersion.isEmpty())
                && json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken token = json.nextToken();
            switch (field) {
                case "apiVersion" -> apiVersion = text(json);
                case "kind" -> kind = text(json);
                case "metadata" -> {
                    if (token != JsonToken.START_OBJECT) {
                        return false;
                    }
                    readMetadata(json);
                    metadataRead = true;
                }
                default -> json.skipChildren();
            }
        }
        return true;
    }

    private void readMetadata(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken token = json.nextToken();
            switch (field) {
                case "name" -> name = text(json);
                case "namespace" -> namespace = text(json);
                case "uid" -> uid = text(json);
                case "deletionTimestamp" -> beingDeleted = !text(json).isEmpty();
                case "ownerReferences" -> {
                    if (token == JsonToken.START_ARRAY) {
                        owners = readOwners(json);
                    } else {
                        json.skipChildren();
                    }
                }
                default -> json.skipChildren();
            }
        }
    }

    private static List<OwnerReference> readOwners(JsonParser json) throws IOException {
        List<OwnerReference> owners = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            Map<String, String> fields = new LinkedHashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                fields.put(field, text(json));
            }
            owners.add(new OwnerReference(
                    fields.getOrDefault("apiVersion", ""),
                    fields.getOrDefault("kind", ""),
                    fields.getOrDefault("name", ""),
                    fields.getOrDefault("uid", "")));
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
            throw new JsonParseException(json, "an owner is an object");
        }
        return List.copyOf(owners);
    }

    /** Empty for what is no string, which is passed over whole. */
    private static String text(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        json.skipChildren();
        return "";
    }

    /** As it is stored; not to be written to. */
    byte[] value() {
        return value;
    }

    @Override
    public String apiVersion() {
        return apiVersion;
    }

    @Override
    public String kind() {
        return kind;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public @Nullable String namespace() {
        return namespace.isEmpty() ? null : namespace;
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public List<OwnerReference> owners() {
        return owners;
    }

    @Override
    public boolean isBeingDeleted() {
        return beingDeleted;
    }

    @Override
    public Map<String, String> labels() {
        return map("labels");
    }

    @Override
    public Map<String, String> annotations() {
        return map("annotations");
    }

    private Map<String, String> map(String name) {
        Map<String, String> map = new LinkedHashMap<>();
        tree().path("metadata")
                .path(name)
                .properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText("")));
        return map;
    }

    @Override
    public Optional<String> lastManager() {
        Optional<String> last = Optional.empty();
        Instant latest = Instant.MIN;
        for (JsonNode entry : tree().path("metadata").path("managedFields")) {
            Instant time = time(Json.text(entry, "time"));
            if (!Json.text(entry, "subresource").equals("status") && !time.isBefore(latest)) {
                latest = time;
                last = Optional.of(Json.text(entry, "manager"));
            }
        }
        return last;
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }

    @Override
    public List<String> values(ObjectField field) {
        return field.isOf(this) ? field.in(new Json.Part(tree())) : List.of();
    }

    private JsonNode tree() {
        return Json.tree(value).map(JsonNode.class::cast).orElse(MissingNode.getInstance());
    }

    /** What it is, and nothing of what it holds. */
    @Override
    public String toString() {
        return kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
    }
}
