package io.drkit.examples.command;

import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.examples.cli.SnapshotPlace;
import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.SnapshotRoutine;
import io.drkit.snapshot.SnapshotStore.Kept;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drkit snapshot}: etcd snapshots. */
@Command(
        name = "snapshot",
        description = "Snapshots of a site's etcd: taken, proved, kept, and found again.",
        subcommands = {
            SnapshotSaveCommand.class,
            SnapshotCommand.ListKept.class,
            SnapshotVerifyCommand.class,
            SnapshotCommand.Prune.class,
            SnapshotRestoreCommand.class,
            SnapshotSeedCommand.class
        })
public final class SnapshotCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Command(
            name = "list",
            description = "Lists the snapshots of a place, oldest first. Exit code 3: one is not in order.")
    static final class ListKept extends SiteCommand.OfNoSite {

        @Option(
                names = "--in",
                required = true,
                paramLabel = "PLACE",
                description = "A folder, or NODE:/folder where NODE is named under nodes: in --config.")
        private String in = "";

        @Override
        protected int run() throws IOException {
            try (SnapshotPlace place = place(in)) {
                List<Row> rows = place.store().list().stream().map(Row::of).toList();
                output().result(Map.of("place", place.store().name(), "snapshots", rows), out -> {
                    rows.forEach(row -> row.print(out));
                    out.println("Snapshots in " + place.store().name() + ": " + rows.size());
                });
                return rows.stream().allMatch(row -> row.flaw().isEmpty()) ? ExitCodes.DONE : ExitCodes.WANTING;
            }
        }
    }

    @Command(
            name = "prune",
            description =
                    "Drops the snapshots of a place that are not worth their space: all but the last ones, and the newest of"
                            + " each of the latest hours and days. What is damaged, or was taken later than now, stays.")
    static final class Prune extends SiteCommand.OfNoSite {

        @Option(
                names = "--in",
                required = true,
                paramLabel = "PLACE",
                description = "A folder, or NODE:/folder where NODE is named under nodes: in --config.")
        private String in = "";

        @Mixin
        private RetentionOptions retention = new RetentionOptions();

        @Option(names = "--dry-run", description = "Only tell which would be dropped.")
        private boolean dryRun;

        @Override
        protected int run() throws IOException {
            try (SnapshotPlace place = place(in)) {
                Instant now = Instant.now();
                List<String> dropped = (dryRun
                                ? retention.orDefault().dropped(place.store().list(), now)
                                : SnapshotRoutine.prune(place.store(), retention.orDefault(), now))
                        .stream().map(Snapshot::name).toList();
                output().result(Map.of("place", place.store().name(), "dryRun", dryRun, "dropped", dropped), out -> {
                    dropped.forEach(name -> out.println((dryRun ? "Would drop " : "Dropped ") + name));
                    out.println("Snapshots " + (dryRun ? "to be dropped" : "dropped") + ": " + dropped.size());
                });
                return ExitCodes.DONE;
            }
        }
    }

    /** A snapshot in a list, for both forms. */
    record Row(
            String name,
            @Nullable String taken,
            @Nullable String site,
            @Nullable Long revision,
            @Nullable Long keys,
            @Nullable Long bytes,
            @Nullable String sha256,
            @Nullable String etcd,
            @Nullable String kubernetes,
            String flaw) {

        static Row of(Snapshot snapshot) {
            return of(new Kept(snapshot.name(), snapshot, ""));
        }

        static Row of(Kept kept) {
            Snapshot snapshot = kept.snapshot();
            return snapshot == null
                    ? new Row(kept.name(), null, null, null, null, null, null, null, null, kept.flaw())
                    : new Row(
                            kept.name(),
                            snapshot.taken(),
                            snapshot.siteId(),
                            snapshot.revision(),
                            snapshot.keys(),
                            snapshot.bytes(),
                            snapshot.sha256(),
                            snapshot.etcdVersion(),
                            snapshot.kubernetesVersion(),
                            kept.flaw());
        }

        void print(PrintWriter out) {
            out.println(name + ": "
                    + (bytes == null
                            ? ""
                            : "revision " + revision + ", " + (keys == null ? "keys not counted" : keys + " keys")
                                    + ", "
                                    + Output.bytes(bytes) + ", etcd " + etcd
                                    + (kubernetes == null || kubernetes.isEmpty() ? "" : ", Kubernetes " + kubernetes))
                    + (flaw.isEmpty() ? "" : (bytes == null ? "" : "; ") + "NOT IN ORDER: " + flaw));
        }
    }
}
