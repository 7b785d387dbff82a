package io.drkit.kubernetes.comparison;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.drkit.comparison.SiteFacts;
import io.drkit.file.Sha256;
import io.drkit.keystore.Bytes;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A ConfigMap as paths and values, so that a difference can be named: YAML and JSON in it by field, other text as a whole. What may be a secret is not
 * kept, for a hash of it could be guessed.
 */
final class ConfigMapContent {

    /** Longer values are told by their hash. */
    private static final int KEPT = 1_000;

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private static final Pattern MAY_BE_SECRET = Pattern.compile(
            "(?i).*(?:passw|passphrase|secret|token|credential|private|authorization|bearer|cookie|psk|pwd|auth$"
                    + "|(?:api|access|account|encryption|certificate|signing|shared|license|master)[-_. ]?key).*");

    /** Numbers, switches, durations, and files and addresses that a secret is read from or fetched at. */
    private static final Pattern SURELY_NONE = Pattern.compile(
            "(?:true|false|[0-9.]+(?:ns|us|ms|s|m|h)?(?:[0-9.]+(?:m|s))*|/[\\w./-]*|https?://[^@\\s]*|)");

    /** The same within text: {@code password = …}, {@code --token=…}, a key in PEM, a URL with a password. */
    private static final Pattern HOLDS_ONE = Pattern.compile("(?i)(?:PRIVATE KEY|://[^/@\\s]*:[^/@\\s]+@"
            + "|(?:passw|passphrase|secret|token|credential|authorization|(?:api|access|account|shared)[-_ ]?key)"
            + "[\\w-]*[\"']?\\s*[=:]\\s*[\"']?[^\\s\"'/])");

    private final Map<String, String> values = new TreeMap<>();

    private ConfigMapContent() {}

    static Map<String, String> of(ConfigMap map) {
        ConfigMapContent content = new ConfigMapContent();
        if (map.getData() != null) {
            map.getData().forEach(content::add);
        }
        if (map.getBinaryData() != null) {
            map.getBinaryData().forEach((key, base64) -> content.put(key, hash(base64)));
        }
        return content.values;
    }

    private void add(String key, String text) {
        JsonNode tree = parsed(text);
        if (tree == null) {
            put(key, text.strip());
        } else {
            flatten(key, tree);
        }
    }

    /** Null for what is no YAML with fields. A document of several, and a Corefile, are text. */
    private static @Nullable JsonNode parsed(String text) {
        if (text.contains("\n---")) {
            return null;
        }
        try {
            JsonNode tree = YAML.readTree(text);
            return tree != null && tree.isObject() ? tree : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private void flatten(String path, JsonNode node) {
        if (node.isObject()) {
            node.properties().forEach(field -> flatten(path + "." + field.getKey(), field.getValue()));
        } else if (node.isArray()) {
            array(path, node);
        } else {
            put(path, node.asText());
        }
    }

    /** kubeadm's {@code v1beta4} lists arguments as names and values, which {@code v1beta3} has as fields: both by name. */
    private void array(String path, JsonNode array) {
        for (int i = 0; i < array.size(); i++) {
            JsonNode entry = array.get(i);
            if (entry.isObject() && entry.size() == 2 && entry.has("name") && entry.has("value")) {
                put(
                        path + "." + entry.path("name").asText(),
                        entry.path("value").asText());
            } else {
                flatten(path + "[" + i + "]", entry);
            }
        }
    }

    private void put(String path, String value) {
        boolean secret = HOLDS_ONE.matcher(value).find()
                || (MAY_BE_SECRET.matcher(path).matches()
                        && !SURELY_NONE.matcher(value).matches());
        values.put(path, secret ? SiteFacts.WITHHELD : value.length() <= KEPT ? value : hash(value));
    }

    private static String hash(String value) {
        return "sha256:" + Sha256.of(Bytes.utf8(value)) + " (" + value.length() + " characters)";
    }
}
