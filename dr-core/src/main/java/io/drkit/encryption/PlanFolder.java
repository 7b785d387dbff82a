package io.drkit.encryption;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.MergePlan.Side;
import io.drkit.encryption.MergePlan.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A plan as files of one folder, readable by their owner alone: {@code N-SITE.yaml} for each stage, {@code 0-primary.yaml} and {@code
 * 0-standby.yaml} with what was before any, and {@code plan.json}, which is written last.
 *
 * <p>A plan holds keys that were made for it. So a folder that has one keeps it: made again, it would be another, with other keys.
 */
public final class PlanFolder {

    private static final String PLAN = "plan.json";

    private final Path folder;

    public PlanFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes the plan.
     *
     * @throws UnsafeToProceedException when the folder holds a plan already
     * @throws IOException when a file cannot be written; what is there then is no plan, and may be written over
     */
    public void write(MergePlan plan, EncryptionConfig primary, EncryptionConfig standby) throws IOException {
        if (Files.exists(folder.resolve(PLAN))) {
            throw new UnsafeToProceedException("Refused to write a plan to " + folder
                    + ": it holds one already, whose keys may be in use. Go on with that one, or name another folder.");
        }
        PrivateFile.folder(folder);
        primary.write(folder.resolve("0-" + Side.PRIMARY + ".yaml"));
        standby.write(folder.resolve("0-" + Side.STANDBY + ".yaml"));
        for (Stage stage : plan.stages()) {
            stage.config().write(folder.resolve(stage.file()));
        }
        PrivateFile.write(folder.resolve(PLAN), plan.toJson() + System.lineSeparator());
    }
}
