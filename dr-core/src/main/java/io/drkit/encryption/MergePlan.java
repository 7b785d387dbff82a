package io.drkit.encryption;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The stages by which two sites come to read each other's values, to be done in order: one is over when all of its {@code then} is done.
 *
 * @param notes what a person should know, such as KMS plugins that have to run at both sites
 */
public record MergePlan(List<Stage> stages, List<String> notes) {

    public MergePlan {
        stages = List.copyOf(stages);
        notes = List.copyOf(notes);
    }

    /** Whose kube-apiservers a stage's file is for. */
    public enum Side {
        PRIMARY,
        STANDBY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is done once a stage's file is installed, in this order. */
    public enum Action {
        /** Every kube-apiserver of the site, one by one; where it reloads its configuration by itself, wait until all have. */
        RESTART,
        /** With {@link EncryptionRewriter}: everything at the site is put under the key that writes. */
        REWRITE,
        /** With {@link EncryptionInspector}: nothing at the site is unreadable or misread with this stage's file. */
        VERIFY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One file for one site.
     *
     * @param n from 1
     * @param purpose what it is for
     * @param reads who can read what when it is over
     */
    public record Stage(
            int n, Side site, EncryptionConfig config, List<Action> then, String purpose, List<String> reads) {

        public Stage {
            then = List.copyOf(then);
            reads = List.copyOf(reads);
        }

        /** What its file is called. */
        public String file() {
            return n + "-" + site + ".yaml";
        }
    }

    /** What {@link #toJson} wrote, with its files by their names. */
    static MergePlan fromJson(String text, Function<String, EncryptionConfig> files) {
        try {
            JsonNode tree = new ObjectMapper().readTree(text);
            if (!tree.path("stages").isArray()) {
                throw new IllegalArgumentException("plan.json is no plan of 'drkit encryption plan'.");
            }
            List<Stage> stages = new ArrayList<>();
            for (JsonNode each : tree.path("stages")) {
                Side site = constant(Side.class, each.path("site").asText());
                List<Action> then = texts(each.path("then")).stream()
                        .map(action -> constant(Action.class, action))
                        .toList();
                String file = each.path("file").asText();
                Stage stage = new Stage(
                        each.path("n").asInt(),
                        site,
                        files.apply(file),
                        then,
                        each.path("purpose").asText(),
                        texts(each.path("reads")));
                if (stage.n() != stages.size() + 1 || !stage.file().equals(file)) {
                    throw new IllegalArgumentException("The stages of plan.json are out of order.");
                }
                stages.add(stage);
            }
            return new MergePlan(stages, texts(tree.path("notes")));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("plan.json is no plan of 'drkit encryption plan'.");
        }
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("plan.json names a "
                    + type.getSimpleName().toLowerCase(Locale.ROOT) + " that is none: \"" + text + "\".");
        }
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** The plan without its files: {@code {"stages": [{"n", "site", "file", "then", "purpose", "reads"}], "notes"}}. Bears no secret. */
    public String toJson() {
        ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode tree = json.createObjectNode();
        ArrayNode list = tree.putArray("stages");
        for (Stage stage : stages) {
            ObjectNode each = list.addObject();
            each.put("n", stage.n()).put("site", stage.site().toString()).put("file", stage.file());
            ArrayNode then = each.putArray("then");
            stage.then().forEach(action -> then.add(action.toString()));
            each.put("purpose", stage.purpose());
            stage.reads().forEach(each.putArray("reads")::add);
        }
        notes.forEach(tree.putArray("notes")::add);
        try {
            return json.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
