package io.drkit.examples.cli;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.drkit.ssh.SshConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@code drkit.yaml}: sites by name, and how to reach them.
 *
 * <pre>
 * sites:
 *   primary:
 *     endpoints: [https://10.0.0.1:2379, https://10.0.0.2:2379]
 *     cacert: primary/ca.crt          # relative to this file
 *     cert: primary/client.crt
 *     key: primary/client.key
 *     encryption-config: primary/encryption.yaml
 *   standby:
 *     endpoints: https://10.1.0.1:2379
 *     cacert: standby/ca.crt
 *     user: drkit
 *     password: ${STANDBY_PASSWORD}   # from the environment; or password-file
 * nodes:                              # control-plane nodes by site, by SSH
 *   primary:
 *     hosts: [10.0.0.11, "10.0.0.12:2222"]
 *     user: core
 *     key: ssh/id_ed25519
 *     known-hosts: ssh/known_hosts
 *     sudo: true
 * </pre>
 *
 * <p>Its part {@code dns} is {@link DnsSettings}, {@code clusters} and {@code volumes} are {@link VolumeSettings}, and {@code comparison} is
 * {@link ComparisonSettings}, {@code runbooks} is {@link RunbookSettings}. What is wrong with it is an {@link IllegalArgumentException} with the line, and never with the text of the file.
 */
@JsonIgnoreProperties({"dns", "clusters", "volumes", "comparison", "runbooks"})
record ConfigFile(Map<String, SiteSettings> sites, @Nullable Map<String, NodeSettings> nodes) {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    static ConfigFile read(Path file, UnaryOperator<@Nullable String> environment) {
        JsonNode tree = tree(file, environment);
        if (!tree.path("sites").isObject()) {
            throw new IllegalArgumentException(file + " names no sites. Expected: sites: {primary: {endpoints: ...}}");
        }
        ConfigFile config = value(file, tree, ConfigFile.class);
        config.sites.replaceAll((name, site) -> relativeTo(file, site));
        if (config.nodes != null) {
            config.nodes.values().removeIf(Objects::isNull);
            config.nodes.replaceAll((name, nodes) -> nodes.relativeTo(resolving(file)));
        }
        return config;
    }

    /** The whole file, with variables replaced. */
    static JsonNode tree(Path file, UnaryOperator<@Nullable String> environment) {
        return parsed(file, () -> {
            JsonNode tree = YAML.readTree(Files.readString(file));
            substitute(tree, file, environment);
            return tree;
        });
    }

    /** A part of it as a value; a field that it does not know is an error. */
    static <T> T value(Path file, JsonNode part, Class<T> type) {
        return value(file, part, type, YAML);
    }

    /** The same of a type that asks for a mapper of its own. */
    static <T> T value(Path file, JsonNode part, Class<T> type, ObjectMapper mapper) {
        return parsed(file, () -> mapper.treeToValue(part, type));
    }

    private interface Parsing<T> {
        T parse() throws IOException;
    }

    private static <T> T parsed(Path file, Parsing<T> parsing) {
        try {
            return parsing.parse();
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException(
                    file + ": unknown field '" + e.getPropertyName() + "'. Known here: " + e.getKnownPropertyIds());
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null || e.getLocation().getLineNr() < 1
                    ? file.toString()
                    : file + ", line " + e.getLocation().getLineNr();
            throw new IllegalArgumentException(where + ": this is not YAML of the form DrKit reads; see the README.");
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read " + file + ": is it there, and may you read it?");
        }
    }

    SiteSettings site(String name) {
        SiteSettings site = sites.get(name);
        if (site == null) {
            throw new IllegalArgumentException("No site '" + name + "' in the configuration; it has " + sites.keySet());
        }
        return site;
    }

    /** The sites whose nodes are named. */
    List<String> sitesWithNodes() {
        if (nodes == null || nodes.isEmpty()) {
            throw new IllegalArgumentException(
                    "The configuration names no nodes. Expected: nodes: {primary: {hosts: [...], user: ..., key: ...}}");
        }
        return List.copyOf(nodes.keySet());
    }

    /** How the nodes of a site are reached; connects to nothing. */
    List<SshConnection> nodes(String site) {
        NodeSettings settings = nodes == null ? null : nodes.get(site);
        if (settings == null) {
            throw new IllegalArgumentException("No nodes of '" + site + "' in the configuration; it has those of "
                    + (nodes == null ? "no site" : nodes.keySet())
                    + ". Expected: nodes: {" + site + ": {hosts: [...], user: ..., key: ...}}");
        }
        return settings.connections(site);
    }

    private static UnaryOperator<@Nullable Path> resolving(Path file) {
        return path -> path == null ? null : file.resolveSibling(path);
    }

    private static SiteSettings relativeTo(Path file, SiteSettings site) {
        UnaryOperator<@Nullable Path> resolve = resolving(file);
        return new SiteSettings(
                site.endpoints(),
                resolve.apply(site.cacert()),
                resolve.apply(site.cert()),
                resolve.apply(site.key()),
                site.user(),
                resolve.apply(site.passwordFile()),
                site.password(),
                resolve.apply(site.encryptionConfig()));
    }

    /** In values only, after parsing: what a variable holds cannot change the structure. */
    private static void substitute(JsonNode node, Path file, UnaryOperator<@Nullable String> environment) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(resolved(field.getValue(), file, environment)));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, resolved(array.get(i), file, environment));
            }
        }
    }

    private static JsonNode resolved(JsonNode value, Path file, UnaryOperator<@Nullable String> environment) {
        substitute(value, file, environment);
        return value instanceof TextNode text ? TextNode.valueOf(resolved(text.textValue(), file, environment)) : value;
    }

    private static String resolved(String text, Path file, UnaryOperator<@Nullable String> environment) {
        return VARIABLE.matcher(text).replaceAll(match -> {
            String value = environment.apply(match.group(1));
            if (value == null) {
                throw new IllegalArgumentException(
                        file + " refers to the environment variable " + match.group(1) + ", which is not set.");
            }
            return Matcher.quoteReplacement(value);
        });
    }
}
