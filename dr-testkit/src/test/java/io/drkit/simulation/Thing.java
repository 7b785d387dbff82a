package io.drkit.simulation;

import io.drkit.keystore.Bytes;
import io.drkit.object.OwnerReference;
import io.drkit.object.StoredObject;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A small object, as it is stored in living histories. */
record Thing(
        Kind kind,
        String name,
        String uid,
        List<OwnerReference> owners,
        String extra,
        String spec,
        String address,
        String status) {

    /** What a secret says that is not to be mirrored. */
    static final String LOCAL = "\"local\":\"yes\"";

    static final String DELETING = "\"deletionTimestamp\":\"2026-01-01T00:00:00Z\",";

    private static final Pattern PARTS =
            Pattern.compile("\"spec\":\\{\"v\":\"([^\"]*)\"(?:,\"clusterIP\":\"([^\"]*)\")?.*?\"status\":\"([^\"]*)\"");

    /** What is stored there, if it was a thing or came of one. */
    static Optional<Thing> read(Kind kind, Bytes value) {
        Matcher parts = PARTS.matcher(value.utf8());
        return StoredObject.read(value)
                .filter(object -> parts.find())
                .map(object -> new Thing(
                        kind,
                        object.name(),
                        object.uid(),
                        object.owners(),
                        object.isBeingDeleted() ? DELETING : "",
                        parts.group(1),
                        parts.group(2) == null ? "" : parts.group(2),
                        parts.group(3)));
    }

    Thing owners(List<OwnerReference> owners) {
        return new Thing(kind, name, uid, owners, extra, spec, address, status);
    }

    Thing extra(String extra) {
        return new Thing(kind, name, uid, owners, extra, spec, address, status);
    }

    Thing spec(String spec) {
        return new Thing(kind, name, uid, owners, extra, spec, address, status);
    }

    Thing address(String address) {
        return new Thing(kind, name, uid, owners, extra, spec, address, status);
    }

    Thing status(String status) {
        return new Thing(kind, name, uid, owners, extra, spec, address, status);
    }

    String brief() {
        return uid + (spec.length() > 20 ? ":large" : ":" + spec) + ":" + status
                + (address.isEmpty() ? "" : "@" + address)
                + (extra.isEmpty() ? "" : "!")
                + owners.stream()
                        .map(owner -> "<" + owner.name() + "/" + owner.uid())
                        .collect(Collectors.joining());
    }

    Bytes stored() {
        String references = owners.stream()
                .map(owner -> "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"name\":\"%s\",\"uid\":\"%s\"}"
                        .formatted(owner.apiVersion(), owner.kind(), owner.name(), owner.uid()))
                .collect(Collectors.joining(","));
        return Bytes.utf8("{\"apiVersion\":\"" + kind.apiVersion + "\",\"kind\":\"" + kind.kind
                + "\",\"metadata\":{\"name\":\""
                + name + "\"," + (kind.isNamespaced() ? "\"namespace\":\"n\"," : "") + extra + "\"uid\":\"" + uid + "\""
                + (references.isEmpty() ? "" : ",\"ownerReferences\":[" + references + "]") + "},\"spec\":{\"v\":\""
                + spec + "\"" + (address.isEmpty() ? "" : ",\"clusterIP\":\"" + address + "\"") + "},\"status\":\""
                + status + "\"}");
    }
}
