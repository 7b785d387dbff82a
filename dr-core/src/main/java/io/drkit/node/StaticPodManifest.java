package io.drkit.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.drkit.UnsafeToProceedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The manifest of one of the control plane's programs that the kubelet runs as a static pod: what DrKit reads in it, and the one thing that it
 * writes.
 *
 * <p>The kubelet tells static pods apart by a hash of the decoded pod (its {@code pkg/kubelet/config/common.go}): touching the file, or a comment,
 * restarts nothing. A new value of an annotation does, and needs no moment without a manifest.
 */
public final class StaticPodManifest {

    /** The program of the API server. */
    public static final String KUBE_APISERVER = "kube-apiserver";

    private static final String RESTARTED_AT = "drkit.io/restarted-at";
    private static final Pattern OUR_LINE = Pattern.compile("(?m)^(\\s+)" + Pattern.quote(RESTARTED_AT) + ":[^\\n]*$");
    private static final Pattern METADATA = Pattern.compile("(?m)^metadata:[ \\t]*(#[^\\n]*)?\\n(( +)[^\\n]*\\n)");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private final String text;
    private final String source;
    private final JsonNode pod;
    private final JsonNode container;

    private StaticPodManifest(String text, String source, JsonNode pod, JsonNode container) {
        this.text = text;
        this.source = source;
        this.pod = pod;
        this.container = container;
    }

    /**
     * @param program whose manifest it must be, such as {@code etcd}
     * @param source how the manifest is called in messages
     * @throws UnsafeToProceedException when it is not one of that program
     */
    public static StaticPodManifest parse(String text, String program, String source) {
        JsonNode pod = tree(text)
                .orElseThrow(() -> new UnsafeToProceedException(source + " is no YAML, so nothing is done with it."));
        for (JsonNode container : pod.path("spec").path("containers")) {
            if (words(container).stream().findFirst().orElse("").matches("(.*/)?" + Pattern.quote(program))) {
                return new StaticPodManifest(text, source, pod, container);
            }
        }
        throw new UnsafeToProceedException(source + " has no container that runs " + program + ".");
    }

    /** The value of a flag such as {@code secure-port}; the last one counts. */
    public Optional<String> flag(String name) {
        List<String> words = words(container);
        Optional<String> found = Optional.empty();
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            if (word.startsWith("--" + name + "=")) {
                found = Optional.of(word.substring(name.length() + 3));
            } else if (word.equals("--" + name)) {
                boolean valueFollows = i + 1 < words.size() && !words.get(i + 1).startsWith("--");
                found = Optional.of(valueFollows ? words.get(i + 1) : "true");
            }
        }
        return found;
    }

    /** Where a file of the container lies on the node; empty where no hostPath brings it there. */
    public Optional<String> onHost(String path) {
        String best = "";
        Optional<String> host = Optional.empty();
        for (JsonNode mount : container.path("volumeMounts")) {
            String at = withoutSlash(mount.path("mountPath").asText());
            boolean covers = path.equals(at) || path.startsWith(at + "/");
            if (covers && at.length() >= best.length()) {
                best = at;
                String inside = mount.path("subPath").asText("");
                host = hostPath(mount.path("name").asText())
                        .map(volume -> volume + (inside.isEmpty() ? "" : "/" + inside) + path.substring(at.length()));
            }
        }
        return host;
    }

    /**
     * The manifest as the kubelet takes it for another pod, with everything as it was but the time of the restart.
     *
     * @throws UnsafeToProceedException when its layout is one that cannot be edited without losing something
     */
    public String restartedAt(Instant time) {
        String line = RESTARTED_AT + ": \"" + time + "\"";
        Matcher ours = OUR_LINE.matcher(text);
        String edited = ours.find() ? ours.replaceFirst("$1" + Matcher.quoteReplacement(line)) : withLine(line);
        JsonNode after = tree(edited).orElse(YAML.missingNode());
        boolean written = after.path("metadata")
                .path("annotations")
                .path(RESTARTED_AT)
                .asText()
                .equals(time.toString());
        if (!written || !unannotated(after).equals(unannotated(pod))) {
            throw new UnsafeToProceedException(
                    "The layout of " + source
                            + " is not one in which an annotation can be set safely. Give a command that restarts kube-apiserver.");
        }
        return edited;
    }

    /** Whether another text is this manifest but for the time of a restart. */
    public boolean isSameButRestarted(String other) {
        return tree(other)
                .map(tree -> unannotated(tree).equals(unannotated(pod)))
                .orElse(false);
    }

    private String withLine(String line) {
        Matcher metadata = METADATA.matcher(text);
        if (!metadata.find()) {
            return text;
        }
        String indent = metadata.group(3);
        Matcher annotations = Pattern.compile("(?m)^" + indent + "annotations:[ \\t]*(#[^\\n]*)?\\n(( +)[^\\n]*\\n)")
                .matcher(text);
        if (!pod.path("metadata").has("annotations")) {
            return text.substring(0, metadata.start(2)) + indent + "annotations:\n" + indent + "  " + line + "\n"
                    + text.substring(metadata.start(2));
        }
        return annotations.find(metadata.start())
                ? text.substring(0, annotations.start(2)) + annotations.group(3) + line + "\n"
                        + text.substring(annotations.start(2))
                : text;
    }

    /** Without our annotation, and without annotations where it is the only one. */
    private static JsonNode unannotated(JsonNode pod) {
        JsonNode copy = pod.deepCopy();
        if (copy.path("metadata") instanceof ObjectNode metadata
                && metadata.path("annotations") instanceof ObjectNode annotations) {
            annotations.remove(RESTARTED_AT);
            if (annotations.isEmpty()) {
                metadata.remove("annotations");
            }
        }
        return copy;
    }

    private Optional<String> hostPath(String volume) {
        for (JsonNode each : pod.path("spec").path("volumes")) {
            if (each.path("name").asText().equals(volume)
                    && each.path("hostPath").has("path")) {
                return Optional.of(
                        withoutSlash(each.path("hostPath").path("path").asText()));
            }
        }
        return Optional.empty();
    }

    private static String withoutSlash(String path) {
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static List<String> words(JsonNode container) {
        List<String> words = new ArrayList<>();
        container.path("command").forEach(word -> words.add(word.asText()));
        container.path("args").forEach(word -> words.add(word.asText()));
        return words;
    }

    private static Optional<JsonNode> tree(String text) {
        try {
            return Optional.ofNullable(YAML.readTree(text)).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
