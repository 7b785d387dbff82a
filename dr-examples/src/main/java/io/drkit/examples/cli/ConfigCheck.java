package io.drkit.examples.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.serialization.JsonNodeReader;
import com.networknt.schema.utils.JsonNodes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks a whole {@code drkit.yaml} through and finds every mistake at once, each with its line: what the schema does not allow, files that are not there,
 * variables that are not set, sites that nobody knows. Connects to nothing, and quotes no value, for it may be a secret.
 */
public final class ConfigCheck {

    /** The schema, as a resource of this class. */
    public static final String SCHEMA = "/io/drkit/examples/drkit.schema.json";

    /** A commented example of everything, as a resource of this class. */
    public static final String EXAMPLE = "/io/drkit/examples/drkit.yaml";

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
    private static final Set<String> FILES = Set.of(
            "cacert",
            "cert",
            "key",
            "kubeconfig",
            "known-hosts",
            "password-file",
            "secret-file",
            "api-key-file",
            "encryption-config");
    private static final Set<String> BY_SITE =
            Set.of("/nodes", "/clusters", "/dns/addresses", "/comparison/registries");

    /**
     * A mistake.
     *
     * @param line from 1; 0 where it is not known
     * @param where the path of fields to it, separated by dots; empty for the file as a whole
     */
    public record Mistake(int line, String where, String what) {

        @Override
        public String toString() {
            return (line > 0 ? "line " + line + ": " : "") + (where.isEmpty() ? "" : where + ": ") + what;
        }
    }

    private final Path file;
    private final UnaryOperator<@Nullable String> environment;
    private final List<Mistake> mistakes = new ArrayList<>();

    private ConfigCheck(Path file, UnaryOperator<@Nullable String> environment) {
        this.file = file;
        this.environment = environment;
    }

    /** All that is wrong with it, in the order of its lines; empty when nothing is. */
    public static List<Mistake> of(Path file, UnaryOperator<@Nullable String> environment) {
        ConfigCheck check = new ConfigCheck(file, environment);
        check.look();
        check.mistakes.sort(Comparator.comparingInt(Mistake::line));
        return List.copyOf(check.mistakes);
    }

    /** @throws IllegalArgumentException with all that is wrong, when something is */
    static void require(Path file) {
        List<Mistake> mistakes = of(file, System::getenv);
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(
                    mistakes.stream().map(mistake -> file + ", " + mistake).collect(Collectors.joining("\n")));
        }
    }

    /** The text of {@link #SCHEMA} or {@link #EXAMPLE}. */
    public static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(ConfigCheck.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void look() {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            mistakes.add(new Mistake(0, "", "cannot be read: is it there, and may you read it?"));
            return;
        }
        if (!isYaml(text)) {
            return;
        }
        JsonNode tree = tree(text);
        if (!tree.isObject()) {
            mistakes.add(new Mistake(1, "", "holds no fields; `drkit config example` shows what it can say"));
            return;
        }
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(resource(SCHEMA))
                .validate(tree)
                .forEach(this::broken);
        walk(tree, "", sites(tree));
    }

    /** With the line of each node. */
    private static JsonNode tree(String yaml) {
        try {
            return JsonNodeReader.builder().locationAware().build().readTree(yaml, InputFormat.YAML);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Strictly, for of two fields of one name the first would be lost without a word. */
    private boolean isYaml(String text) {
        try {
            new ObjectMapper(YAMLFactory.builder()
                            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                            .build())
                    .readTree(text);
            return true;
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            String twice = String.valueOf(e.getOriginalMessage()).contains("Duplicate field")
                    ? "a field stands here twice"
                    : "this is not YAML";
            mistakes.add(new Mistake(Math.max(0, line), "", twice));
            return false;
        }
    }

    private void broken(ValidationMessage message) {
        JsonNode at = message.getInstanceNode();
        String property = message.getProperty();
        JsonNode culprit = property != null && at != null && at.has(property) ? at.get(property) : at;
        String where = message.getInstanceLocation().toString().replaceFirst("^[$]?[./]?", "");
        mistakes.add(new Mistake(line(culprit), where.replace('/', '.'), what(message)));
    }

    private static String what(ValidationMessage message) {
        String property = Objects.requireNonNullElse(message.getProperty(), "");
        JsonNode rule = message.getSchemaNode();
        JsonNode part = part(message);
        return switch (message.getType()) {
            case "additionalProperties" ->
                "unknown field '" + property + "'. Known here: " + String.join(", ", names(part.path("properties")));
            case "required" -> "'" + property + "' is missing";
            case "dependentRequired" ->
                "'" + property + "' goes with '" + values(rule.path(property)) + "', which is missing";
            case "type" -> "must be " + told(rule);
            case "enum" -> "must be one of " + values(rule);
            case "minimum" -> "must be at least " + rule.asText();
            case "maximum" -> "must be at most " + rule.asText();
            default -> "is not as it must be: " + part.path("description").asText(message.getType());
        };
    }

    /** The part of the schema that was broken. */
    private static JsonNode part(ValidationMessage message) {
        String pointer = message.getSchemaLocation().getFragment().getParent().toString();
        try {
            return new ObjectMapper().readTree(resource(SCHEMA)).at(pointer);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String told(JsonNode types) {
        return values(types).replace("object", "fields").replace("array", "a list");
    }

    private static String values(JsonNode nodes) {
        if (!nodes.isArray()) {
            return nodes.asText();
        }
        List<String> all = new ArrayList<>();
        nodes.forEach(node -> {
            if (!node.isNull() && !node.asText().equals("null")) {
                all.add(node.asText());
            }
        });
        return String.join(", ", all);
    }

    private static Set<String> sites(JsonNode tree) {
        Set<String> sites = names(tree.path("sites"));
        sites.addAll(names(tree.path("clusters")));
        return sites;
    }

    private void walk(JsonNode node, String path, Set<String> sites) {
        node.properties().forEach(field -> {
            String there = path + "/" + field.getKey();
            if (BY_SITE.contains(path) && !sites.isEmpty() && !sites.contains(field.getKey())) {
                add(field.getValue(), there, "there is no such site; there are " + String.join(", ", sites));
            }
            visit(field.getKey(), field.getValue(), there, sites);
        });
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            visit("", node.get(i), path + "/" + i, sites);
        }
    }

    private void visit(String name, JsonNode value, String path, Set<String> sites) {
        if (value.isTextual()) {
            text(name, value, path);
        }
        walk(value, path, sites);
    }

    private void text(String name, JsonNode value, String path) {
        Matcher variables = VARIABLE.matcher(value.asText());
        boolean whole = true;
        while (variables.find()) {
            whole = false;
            if (environment.apply(variables.group(1)) == null) {
                add(value, path, "${" + variables.group(1) + "} is not set in the environment");
            }
        }
        boolean isFile = FILES.contains(name) && !(name.equals("key") && path.startsWith("/dns/"));
        if (whole && isFile && !Files.isReadable(file.resolveSibling(value.asText()))) {
            add(value, path, "there is no such file, or you may not read it");
        }
    }

    private void add(JsonNode at, String path, String what) {
        mistakes.add(new Mistake(line(at), path.substring(1).replace('/', '.'), what));
    }

    private static int line(@Nullable JsonNode node) {
        JsonLocation location = node == null ? null : JsonNodes.tokenLocationOf(node);
        return location == null ? 0 : location.getLineNr();
    }
}
