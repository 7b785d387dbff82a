package io.drkit.encryption;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.drkit.encryption.EncryptionConfig.Rule;
import io.drkit.encryption.Provider.Identity;
import io.drkit.encryption.Provider.Kms;
import io.drkit.encryption.Provider.Local;
import io.drkit.keystore.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The YAML form of an {@link EncryptionConfig}. Messages name the place in the file and quote nothing of it but names of fields. */
final class EncryptionConfigYaml {

    private static final String API_VERSION = "apiserver.config.k8s.io/v1";
    private static final String KIND = "EncryptionConfiguration";
    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    // Names stay in quotes: what YAML takes for a number or a truth differs from reader to reader.
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final String source;

    private EncryptionConfigYaml(String source) {
        this.source = source;
    }

    static EncryptionConfig read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read the encryption configuration " + file
                    + ": is it there, is it text, and may you read it?");
        }
    }

    static EncryptionConfig parse(String text, String source) {
        JsonNode tree;
        try {
            tree = YAML.readTree(text);
        } catch (JsonProcessingException e) {
            // Its message quotes the text.
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new IllegalArgumentException(source + (line < 1 ? "" : ", line " + line) + ": this is not YAML.");
        }
        List<Rule> rules = new EncryptionConfigYaml(source).document(tree);
        try {
            return new EncryptionConfig(rules);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(source + ": " + e.getMessage());
        }
    }

    private List<Rule> document(JsonNode tree) {
        if (!tree.isObject()) {
            throw new IllegalArgumentException(source + ": this is not an " + KIND + " of " + API_VERSION + ".");
        }
        fields(tree, "", Set.of("apiVersion", "kind", "resources"));
        if (!tree.path("apiVersion").asText().equals(API_VERSION)
                || !tree.path("kind").asText().equals(KIND)) {
            throw new IllegalArgumentException(source + ": this is not an " + KIND + " of " + API_VERSION + ".");
        }
        return list(tree, "", "resources", this::rule);
    }

    private Rule rule(JsonNode node, String at) {
        fields(node, at, Set.of("resources", "providers"));
        return new Rule(list(node, at, "resources", this::text), list(node, at, "providers", this::provider));
    }

    private Provider provider(JsonNode node, String at) {
        fields(node, at, Set.of("aescbc", "aesgcm", "secretbox", "kms", "identity"));
        List<String> given = new ArrayList<>();
        node.properties().forEach(field -> {
            if (!field.getValue().isNull()) {
                given.add(field.getKey());
            }
        });
        if (given.size() != 1) {
            throw wrong(at, "one provider is expected in each element, not " + (given.isEmpty() ? "none" : given));
        }
        String kind = given.get(0);
        String inside = at + "." + kind;
        JsonNode body = node.path(kind);
        return switch (kind) {
            case "identity" -> {
                fields(body, inside, Set.of());
                yield Identity.IDENTITY;
            }
            case "kms" -> kms(body, inside);
            default -> local(Algorithm.valueOf(kind.toUpperCase(Locale.ROOT)), body, inside);
        };
    }

    private Local local(Algorithm algorithm, JsonNode node, String at) {
        fields(node, at, Set.of("keys"));
        return new Local(algorithm, list(node, at, "keys", this::key));
    }

    private Kms kms(JsonNode node, String at) {
        fields(node, at, Set.of("apiVersion", "name", "endpoint", "cachesize", "timeout"));
        JsonNode cachesize = node.path("cachesize");
        if (!isAbsent(cachesize) && !cachesize.isInt()) {
            throw wrong(at + ".cachesize", "a whole number is expected");
        }
        String version = optional(node, at, "apiVersion");
        return new Kms(
                version == null ? "v1" : version,
                required(node, at, "name"),
                required(node, at, "endpoint"),
                isAbsent(cachesize) ? null : (Integer) cachesize.intValue(),
                optional(node, at, "timeout"));
    }

    private EncryptionKey key(JsonNode node, String at) {
        fields(node, at, Set.of("name", "secret"));
        String name = required(node, at, "name");
        // Go's decoder skips line ends and wants the padding, Java's is the other way round.
        String base64 = required(node, at, "secret").replace("\n", "").replace("\r", "");
        try {
            if (base64.length() % 4 == 0) {
                return new EncryptionKey(name, Bytes.wrap(Base64.getDecoder().decode(base64)));
            }
        } catch (IllegalArgumentException e) {
            // Said below, without the text.
        }
        throw wrong(at + ".secret", "secrets must be base64 encoded");
    }

    private <T> List<T> list(JsonNode parent, String at, String name, BiFunction<JsonNode, String, T> reader) {
        JsonNode list = parent.path(name);
        String here = at.isEmpty() ? name : at + "." + name;
        if (!isAbsent(list) && !list.isArray()) {
            throw wrong(here, "a list is expected");
        }
        List<T> read = new ArrayList<>();
        for (JsonNode element : list) {
            read.add(reader.apply(element, here + "[" + read.size() + "]"));
        }
        return read;
    }

    private void fields(JsonNode node, String at, Set<String> known) {
        if (!node.isObject()) {
            throw wrong(at, "a mapping is expected");
        }
        node.properties().forEach(field -> {
            if (!known.contains(field.getKey())) {
                throw wrong(
                        at.isEmpty() ? "the top level" : at,
                        "unknown field '" + field.getKey() + "'; known here: "
                                + known.stream().sorted().toList());
            }
        });
    }

    private String required(JsonNode parent, String at, String name) {
        String text = optional(parent, at, name);
        if (text == null || text.isEmpty()) {
            throw wrong(at + "." + name, "it is mandatory");
        }
        return text;
    }

    private @Nullable String optional(JsonNode parent, String at, String name) {
        JsonNode value = parent.path(name);
        return isAbsent(value) ? null : text(value, at + "." + name);
    }

    private String text(JsonNode node, String at) {
        if (!node.isTextual()) {
            throw wrong(at, "text is expected; put it in quotes");
        }
        return node.textValue();
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private IllegalArgumentException wrong(String at, String what) {
        return new IllegalArgumentException(source + ": " + at + ": " + what + ".");
    }

    static String write(EncryptionConfig config) {
        ObjectNode tree = YAML.createObjectNode();
        tree.put("apiVersion", API_VERSION).put("kind", KIND);
        ArrayNode rules = tree.putArray("resources");
        for (Rule rule : config.rules()) {
            ObjectNode each = rules.addObject();
            rule.resources().forEach(each.putArray("resources")::add);
            ArrayNode providers = each.putArray("providers");
            rule.providers().forEach(provider -> write(provider, providers.addObject()));
        }
        try {
            return YAML.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an encryption configuration that cannot be written");
        }
    }

    private static void write(Provider provider, ObjectNode node) {
        if (provider instanceof Local local) {
            ArrayNode keys = node.putObject(local.algorithm().providerName()).putArray("keys");
            local.keys().forEach(key -> keys.addObject().put("name", key.name()).put("secret", key.base64()));
        } else if (provider instanceof Kms kms) {
            ObjectNode body = node.putObject("kms");
            body.put("apiVersion", kms.apiVersion()).put("name", kms.name()).put("endpoint", kms.endpoint());
            if (kms.cachesize() != null) {
                body.put("cachesize", kms.cachesize());
            }
            if (kms.timeout() != null) {
                body.put("timeout", kms.timeout());
            }
        } else {
            node.putObject("identity");
        }
    }
}
