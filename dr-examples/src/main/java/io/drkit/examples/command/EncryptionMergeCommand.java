package io.drkit.examples.command;

import io.drkit.encryption.DefaultEncryptionKeyMerger;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionKeyMerger;
import io.drkit.encryption.MergePlan;
import io.drkit.encryption.MergePlan.Stage;
import io.drkit.encryption.PlanFolder;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.FileCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drkit encryption plan} and {@code merge}: files from files; no site is touched. */
abstract class EncryptionMergeCommand extends FileCommand {

    @Parameters(index = "0", paramLabel = "PRIMARY", description = "The primary's EncryptionConfiguration.")
    private @Nullable Path primary;

    @Parameters(index = "1", paramLabel = "STANDBY", description = "The standby's EncryptionConfiguration.")
    private @Nullable Path standby;

    final EncryptionKeyMerger merger = new DefaultEncryptionKeyMerger();

    abstract int run(EncryptionConfig primary, EncryptionConfig standby) throws IOException;

    @Override
    protected final int run() throws IOException {
        return run(read(primary), read(standby));
    }

    private static EncryptionConfig read(@Nullable Path file) {
        return EncryptionConfig.read(Objects.requireNonNull(file, "picocli requires it"));
    }

    @Command(
            name = "plan",
            description = "Writes the stages by which both sites come to read everything: a file for a site each, and"
                    + " plan.json with what to do after it. Safe at every moment, whatever the keys are called.")
    static final class Plan extends EncryptionMergeCommand {

        @Option(
                names = "--out-dir",
                required = true,
                paramLabel = "DIR",
                description = "Where to write them. A folder with a plan keeps it.")
        private @Nullable Path folder;

        @Override
        int run(EncryptionConfig primary, EncryptionConfig standby) throws IOException {
            MergePlan plan = merger.plan(primary, standby);
            new PlanFolder(Objects.requireNonNull(folder)).write(plan, primary, standby);
            output().result(tree(plan.toJson()), out -> print(plan, out));
            return ExitCodes.DONE;
        }

        private void print(MergePlan plan, PrintWriter out) {
            for (Stage stage : plan.stages()) {
                out.println(stage.n() + ". " + stage.site() + ": " + stage.purpose());
                out.println("   install " + stage.file() + ", then " + String.join(", ", words(stage.then())));
                stage.reads().forEach(line -> out.println("   " + line));
            }
            out.println(
                    plan.stages().isEmpty()
                            ? "Nothing to do: each site reads what the other writes."
                            : "Inspect each site with a stage's file before you install it: nothing may be unreadable.");
            plan.notes().forEach(out::println);
        }

        private static List<String> words(List<MergePlan.Action> actions) {
            return actions.stream().map(MergePlan.Action::toString).toList();
        }
    }

    @Command(
            name = "merge",
            description =
                    "Writes one configuration for both sites: the primary's, which also reads what the standby has"
                            + " written. Refused where two different keys have one name; use plan then.")
    static final class OneFile extends EncryptionMergeCommand {

        @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to write it.")
        private @Nullable Path file;

        @Override
        int run(EncryptionConfig primary, EncryptionConfig standby) throws IOException {
            Path out = Objects.requireNonNull(file);
            EncryptionConfig merged = merger.merge(primary, standby);
            merged.write(out);
            output().result(Map.of("file", out.toString()), text -> {
                text.println("Wrote " + out + ". Install it at the primary first.");
                text.println("Restart the primary's kube-apiservers " + howToRestart(primary, merged)
                        + ", and then the standby's " + howToRestart(standby, merged) + ".");
            });
            return ExitCodes.DONE;
        }

        /** One that writes otherwise writes what those with the old file cannot read. */
        private static String howToRestart(EncryptionConfig before, EncryptionConfig merged) {
            return merged.writesLike(before) ? "one by one" : "all together";
        }
    }
}
