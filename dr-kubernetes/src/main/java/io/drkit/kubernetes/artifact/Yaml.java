package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Objects as YAML for people: no quotes where none are needed, and texts of several lines as they are. It reads back as it was, here and in what reads YAML
 * 1.1, as kubectl does: a text that there is a number, a time or a truth value is quoted.
 */
final class Yaml {

    /** Twice what an API server takes. */
    static final int LARGEST = 16 << 20;

    /** What cannot be mistaken for anything but a text. The emitter quotes what YAML needs quoted besides. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z/]([-A-Za-z0-9_./@=+:, ]*[-A-Za-z0-9_./@=+])?");

    /** They end a line for what reads YAML 1.1, and not for this parser. Where every text is quoted they are escaped. */
    private static final Pattern BREAKS_OF_OLD = Pattern.compile("[\\u0085\\u2028\\u2029]");

    private static final Set<String> RESERVED =
            Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf");

    private static final ObjectMapper READABLE = mapper(true);
    private static final ObjectMapper QUOTED = mapper(false);

    private Yaml() {}

    private static final class Quoting extends StringQuotingChecker {

        private static final long serialVersionUID = 1;

        @Override
        public boolean needToQuoteName(String name) {
            return needToQuoteValue(name);
        }

        @Override
        public boolean needToQuoteValue(String value) {
            return !PLAIN.matcher(value).matches() || RESERVED.contains(value.toLowerCase(Locale.ROOT));
        }
    }

    private static ObjectMapper mapper(boolean readable) {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(LARGEST);
        YAMLFactory factory = YAMLFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .configure(YAMLGenerator.Feature.MINIMIZE_QUOTES, readable)
                .stringQuotingChecker(new Quoting())
                .loaderOptions(limits)
                .build();
        return YAMLMapper.builder(factory)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }

    /** Written, read back and compared, for there are texts that even an emitter gets wrong; then with every text quoted. */
    static byte[] write(ObjectNode object) throws IOException {
        for (ObjectMapper mapper : List.of(READABLE, QUOTED)) {
            byte[] yaml = mapper.writeValueAsBytes(object);
            try {
                List<ObjectNode> back = read(yaml);
                if (mapper == READABLE && BREAKS_OF_OLD.matcher(text(yaml)).find()) {
                    continue;
                }
                if (back.size() == 1 && Trees.same(back.get(0), object)) {
                    return yaml;
                }
            } catch (MalformedYamlException e) {
                // The other way, then.
            }
        }
        throw new IOException(Trees.name(object) + " holds something that YAML cannot say.");
    }

    /**
     * The documents of a file; empty ones are passed over.
     *
     * @throws MalformedYamlException when it is not YAML of objects
     */
    static List<ObjectNode> read(byte[] yaml) {
        String text = text(yaml);
        try {
            refuseAliases(text);
            List<ObjectNode> objects = new ArrayList<>();
            try (MappingIterator<JsonNode> documents =
                    READABLE.readerFor(JsonNode.class).readValues(text)) {
                while (documents.hasNextValue()) {
                    JsonNode document = documents.nextValue();
                    if (document instanceof ObjectNode object) {
                        objects.add(object);
                    } else if (!document.isNull()
                            && !(document.isTextual() && document.textValue().isEmpty())) {
                        throw new MalformedYamlException("is no object of fields and values");
                    }
                }
            }
            return objects;
        } catch (JsonProcessingException e) {
            // Without its message, which repeats what it could not read.
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new MalformedYamlException("is not YAML" + (line > 0 ? ": look at line " + line : ""));
        } catch (IOException e) {
            throw new MalformedYamlException("cannot be read");
        }
    }

    private static String text(byte[] yaml) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(yaml))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedYamlException("is not text in UTF-8");
        }
    }

    /** A tree of JSON has no place for them, and would silently hold their names instead. */
    private static void refuseAliases(String text) throws IOException {
        if (!text.contains("*")) {
            return;
        }
        try (JsonParser parser = READABLE.getFactory().createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
                    throw new MalformedYamlException("uses an alias in line "
                            + parser.currentTokenLocation().getLineNr() + ": write out what it stands for");
                }
            }
        }
    }

    /** What is wrong with a file, after its name in a sentence. Repeats nothing of it. */
    static final class MalformedYamlException extends RuntimeException {

        private static final long serialVersionUID = 1;

        MalformedYamlException(String message) {
            super(message);
        }
    }
}
