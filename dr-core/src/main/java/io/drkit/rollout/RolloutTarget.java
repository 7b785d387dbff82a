package io.drkit.rollout;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.MergePlan.Action;
import io.drkit.encryption.MergePlan.Stage;
import io.drkit.keystore.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * What is to be rolled out.
 *
 * @param title how it is called in messages
 * @param file the file as it is to lie on each node; bears secrets
 * @param config what it says
 * @param before what the nodes must have by then; empty for anything that is the same on all and safe to change for it
 * @param then what is done once the file is everywhere it has to be. Without {@link Action#RESTART} the nodes must have the file already
 */
public record RolloutTarget(
        String title, Bytes file, EncryptionConfig config, Optional<EncryptionConfig> before, List<Action> then) {

    public RolloutTarget {
        then = List.copyOf(then);
    }

    /**
     * A stage of a plan.
     *
     * @param before what the stage's site has when it begins
     */
    public static RolloutTarget of(Stage stage, EncryptionConfig before) {
        return new RolloutTarget(
                "stage " + stage.n() + " (" + stage.file() + ")",
                Bytes.utf8(stage.config().toYaml()),
                stage.config(),
                Optional.of(before),
                stage.then());
    }

    /**
     * A file, which comes to the nodes as it is.
     *
     * @param title how it is called in messages: its path, say
     * @throws IllegalArgumentException when it is no EncryptionConfiguration
     */
    public static RolloutTarget of(Bytes file, String title) {
        return new RolloutTarget(
                title,
                file,
                EncryptionConfig.parse(file.utf8(), title),
                Optional.empty(),
                List.of(Action.RESTART, Action.VERIFY));
    }

    /** Shows no content. */
    @Override
    public String toString() {
        return "RolloutTarget[" + title + ", then " + then + "]";
    }
}
