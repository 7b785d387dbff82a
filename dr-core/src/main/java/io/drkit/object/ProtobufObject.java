package io.drkit.object;

import io.drkit.keystore.Bytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An object in protobuf: after {@link #MAGIC} a {@code runtime.Unknown} of apiVersion and kind, whose raw field holds the object, whose field 1 is
 * its metadata. One pass over the fields of these three, without copying, is all that reading costs: owners and uids are asked of every key.
 */
final class ProtobufObject implements StoredObject {

    static final Bytes MAGIC = Bytes.utf8("k8s\0");

    static final int RAW = 2;
    static final int METADATA = 1;
    static final int OWNER_REFERENCES = 13;
    static final int ANNOTATIONS = 12;
    private static final int LABELS = 11;
    private static final int DELETION_TIMESTAMP = 9;
    private static final int MANAGED_FIELDS = 17;

    private final byte[] value;
    private final String apiVersion;
    private final String kind;
    private final Slice raw;

    private Slice metadata = Slice.EMPTY;
    private Slice name = Slice.EMPTY;
    private Slice namespace = Slice.EMPTY;
    private Slice uid = Slice.EMPTY;
    private boolean beingDeleted;
    private @Nullable List<OwnerReference> owners;

    private ProtobufObject(byte[] value, String apiVersion, String kind, Slice raw) {
        this.value = value;
        this.apiVersion = apiVersion;
        this.kind = kind;
        this.raw = raw;
    }

    static Optional<StoredObject> read(byte[] value) {
        Slice type = null;
        Slice raw = null;
        boolean plain = true;
        Wire envelope = new Wire(value, MAGIC.size(), value.length);
        while (plain && envelope.next()) {
            plain = envelope.type() == Wire.LENGTH;
            switch (envelope.field()) {
                case 1 -> {
                    plain &= type == null;
                    type = envelope.content();
                }
                case RAW -> {
                    plain &= raw == null;
                    raw = envelope.content();
                }
                case 3 ->
                    plain &= envelope.content().size() == 0; // contentEncoding: what is compressed cannot be read here
                default -> {}
            }
        }
        if (!plain || !envelope.intact() || type == null || raw == null) {
            return Optional.empty();
        }
        ProtobufPart typeMeta = new ProtobufPart(type);
        String apiVersion = typeMeta.text("apiVersion", 1);
        String kind = typeMeta.text("kind", 2);
        if (apiVersion.isEmpty() || kind.isEmpty()) {
            return Optional.empty();
        }
        ProtobufObject object = new ProtobufObject(value, apiVersion, kind, raw);
        return object.findMetadata() && object.readMetadata() ? Optional.of(object) : Optional.empty();
    }

    private boolean findMetadata() {
        boolean found = false;
        Wire fields = raw.wire();
        while (fields.next()) {
            if (fields.field() == METADATA) {
                if (found || fields.type() != Wire.LENGTH) {
                    return false;
                }
                found = true;
                metadata = fields.content();
            }
        }
        return fields.intact();
    }

    private boolean readMetadata() {
        Wire fields = metadata.wire();
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> name = fields.content();
                case 3 -> namespace = fields.content();
                case 5 -> uid = fields.content();
                case DELETION_TIMESTAMP -> beingDeleted = true;
                case LABELS, ANNOTATIONS, OWNER_REFERENCES, MANAGED_FIELDS -> {}
                default -> {
                    continue;
                }
            }
            if (fields.type() != Wire.LENGTH) {
                return false;
            }
        }
        return fields.intact();
    }

    /** As it is stored, magic and all; not to be written to. */
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
        return name.text();
    }

    @Override
    public @Nullable String namespace() {
        return namespace.size() == 0 ? null : namespace.text();
    }

    @Override
    public String uid() {
        return uid.text();
    }

    @Override
    public boolean isBeingDeleted() {
        return beingDeleted;
    }

    @Override
    public List<OwnerReference> owners() {
        List<OwnerReference> known = owners;
        if (known == null) {
            known = List.copyOf(readOwners());
            owners = known;
        }
        return known;
    }

    private List<OwnerReference> readOwners() {
        List<OwnerReference> found = List.of();
        Wire fields = metadata.wire();
        while (fields.next()) {
            if (fields.field() == OWNER_REFERENCES) {
                found = found.isEmpty() ? new ArrayList<>(1) : found;
                found.add(owner(fields.content()));
            }
        }
        return found;
    }

    static OwnerReference owner(Slice reference) {
        String kind = "";
        String name = "";
        String uid = "";
        String apiVersion = "";
        Wire fields = reference.wire();
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> kind = fields.content().text();
                case 3 -> name = fields.content().text();
                case 4 -> uid = fields.content().text();
                case 5 -> apiVersion = fields.content().text();
                default -> {}
            }
        }
        return new OwnerReference(apiVersion, kind, name, uid);
    }

    @Override
    public Map<String, String> labels() {
        return map(LABELS);
    }

    @Override
    public Map<String, String> annotations() {
        return map(ANNOTATIONS);
    }

    private Map<String, String> map(int field) {
        Map<String, String> map = new LinkedHashMap<>();
        for (Path.Part entry : new ProtobufPart(metadata).parts("", field)) {
            map.put(entry.text("key", 1), entry.text("value", 2));
        }
        return map;
    }

    @Override
    public Optional<String> lastManager() {
        Optional<String> last = Optional.empty();
        long latest = Long.MIN_VALUE;
        Wire fields = metadata.wire();
        while (fields.next()) {
            if (fields.field() == MANAGED_FIELDS) {
                ProtobufPart entry = new ProtobufPart(fields.content());
                long time = entry.parts("time", 4).stream()
                        .flatMap(t -> t.parts("seconds", 1).stream())
                        .mapToLong(seconds -> ((ProtobufPart) seconds).number())
                        .findFirst()
                        .orElse(0);
                if (!entry.text("subresource", 8).equals("status") && time >= latest) {
                    latest = time;
                    last = Optional.of(entry.text("manager", 1));
                }
            }
        }
        return last;
    }

    @Override
    public List<String> values(ObjectField field) {
        return field.isOf(this) ? field.in(new ProtobufPart(raw)) : List.of();
    }

    /** What it is, and nothing of what it holds. */
    @Override
    public String toString() {
        return kind + " " + (namespace.size() == 0 ? "" : namespace.text() + "/") + name.text();
    }
}
