package io.drkit.object;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** JSON as DrKit reads and writes objects in it: numbers keep every digit, and what follows the object makes it unreadable. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    static final JsonFactory FACTORY = MAPPER.getFactory();

    private static final ObjectReader READER = MAPPER.reader();
    private static final ObjectWriter WRITER = MAPPER.writer();

    private Json() {}

    /** Empty for what is not one JSON object. */
    static Optional<ObjectNode> tree(byte[] value) {
        try {
            return READER.readTree(value) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    static byte[] bytes(ObjectNode object) {
        try {
            return WRITER.writeValueAsBytes(object);
        } catch (IOException e) {
            throw new UncheckedIOException("a tree in memory cannot fail to be written", e);
        }
    }

    static OwnerReference owner(JsonNode reference) {
        return new OwnerReference(
                text(reference, "apiVersion"),
                text(reference, "kind"),
                text(reference, "name"),
                text(reference, "uid"));
    }

    static String text(JsonNode object, String name) {
        return object.path(name).asText("");
    }

    /** A part of an object in JSON. */
    record Part(JsonNode node) implements Path.Part {

        @Override
        public List<Path.Part> parts(String name, int number) {
            JsonNode found = node.path(name);
            List<Path.Part> parts = new ArrayList<>();
            if (found.isArray()) {
                found.forEach(element -> parts.add(new Part(element)));
            } else if (!found.isMissingNode() && !found.isNull()) {
                parts.add(new Part(found));
            }
            return parts;
        }

        @Override
        public String text() {
            return node.asText("");
        }
    }
}
