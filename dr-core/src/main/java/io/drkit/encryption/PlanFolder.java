package io.drkit.encryption;

import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.MergePlan.Side;
import io.drkit.encryption.MergePlan.Stage;
import io.drkit.file.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A plan as files of one folder, readable by their owner alone: {@code N-SITE.yaml} for each stage, {@code 0-primary.yaml} and {@code
 * 0-standby.yaml} with what was before any, and {@code plan.json}, which is written last.
 *
 * <p>A plan holds keys that were made for it. So a folder that has one keeps it: made again, it would be another, with other keys.
 */
public final class PlanFolder {

    private static final String PLAN = "plan.json";
    private static final Pattern STAGE = Pattern.compile("[1-9][0-9]*-(primary|standby)\\.yaml");

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
        clear();
        primary.write(folder.resolve("0-" + Side.PRIMARY + ".yaml"));
        standby.write(folder.resolve("0-" + Side.STANDBY + ".yaml"));
        for (Stage stage : plan.stages()) {
            stage.config().write(folder.resolve(stage.file()));
        }
        PrivateFile.write(folder.resolve(PLAN), plan.toJson() + System.lineSeparator());
    }

    /** Takes away what an interrupted plan left, so that each stage's file here is one of this plan. */
    private void clear() throws IOException {
        if (!Files.exists(folder.resolve("0-" + Side.PRIMARY + ".yaml"))) {
            return;
        }
        List<Path> stages;
        try (Stream<Path> files = Files.list(folder)) {
            stages = files.filter(
                            file -> STAGE.matcher(file.getFileName().toString()).matches())
                    .toList();
        }
        for (Path stage : stages) {
            Files.delete(stage);
        }
    }
}
