package io.drkit.examples.command;

import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.quarantine.Quarantine;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drkit quarantine}: what was set aside on a site before it was overwritten. */
@Command(
        name = "quarantine",
        description = "Values that were set aside on a site, in batches.",
        subcommands = {
            QuarantineCommand.ListBatches.class,
            QuarantineCommand.Restore.class,
            QuarantineCommand.Drop.class
        })
public final class QuarantineCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Command(name = "list", description = "Lists the batches, or the keys of one batch.")
    static final class ListBatches extends SiteCommand.OfOne {

        @Parameters(paramLabel = "BATCH", arity = "0..1", description = "List this batch's keys.")
        private @Nullable String batch;

        @Override
        protected int run(EtcdKeyStore store) {
            Quarantine quarantine = Quarantine.at(store);
            if (batch == null) {
                List<BatchView> batches =
                        quarantine.batches().stream().map(BatchView::of).toList();
                output().result(batches, out -> {
                    out.println(batches.size() + " batches");
                    batches.forEach(b -> out.println("  " + b.id + ": " + b.entries + " values, " + b.at + ", mirror "
                            + b.mirror + ": " + b.reason));
                });
            } else {
                List<EntryView> entries = new ArrayList<>();
                quarantine.entries(
                        batch, entry -> entries.add(new EntryView(entry.key().printable(), entry.size())));
                output().result(entries, out -> {
                    out.println(entries.size() + " values in batch " + batch);
                    entries.forEach(entry -> out.println("  " + entry.key + " (" + entry.bytes + " bytes)"));
                });
            }
            return ExitCodes.DONE;
        }
    }

    @Command(name = "restore", description = "Puts a batch's values back under their keys, and out of quarantine.")
    static final class Restore extends SiteCommand.OfOne {

        @Parameters(paramLabel = "BATCH", description = "Which batch.")
        private String batch = "";

        @Option(
                names = "--overwrite",
                description =
                        "Also where the key exists now, whose value is lost then. Otherwise it stays in quarantine.")
        private boolean overwrite;

        @Override
        protected int run(EtcdKeyStore store) {
            Quarantine.Restored restored = Quarantine.at(store).restore(batch, overwrite);
            output().result(
                            restored,
                            out -> out.println("Restored " + restored.restored() + " values, left " + restored.left()
                                    + " in quarantine."));
            return ExitCodes.DONE;
        }
    }

    @Command(name = "drop", description = "Deletes a batch for good.")
    static final class Drop extends SiteCommand.OfOne {

        @Parameters(paramLabel = "BATCH", description = "Which batch.")
        private String batch = "";

        @Override
        protected int run(EtcdKeyStore store) {
            Dropped dropped = new Dropped(Quarantine.at(store).drop(batch));
            output().result(dropped, out -> out.println("Dropped " + dropped.dropped + " values."));
            return ExitCodes.DONE;
        }
    }

    private record Dropped(long dropped) {}

    private record EntryView(String key, int bytes) {}

    private record BatchView(
            String id,
            long entries,
            @Nullable String at,
            @Nullable String mirror,
            @Nullable String reason) {

        static BatchView of(Quarantine.Batch batch) {
            return new BatchView(
                    batch.id(),
                    batch.entries(),
                    batch.about().map(about -> about.at().toString()).orElse(null),
                    batch.about().map(about -> about.mirror()).orElse(null),
                    batch.about().map(about -> about.reason()).orElse(null));
        }
    }
}
