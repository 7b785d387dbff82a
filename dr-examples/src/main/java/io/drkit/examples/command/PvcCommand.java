package io.drkit.examples.command;

import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.PvcBaseCommand;
import io.drkit.volsync.VolSyncOptions;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.RecoveryPoint;
import io.drkit.volume.ReplicationStatus;
import io.drkit.workload.Claims;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drkit pvc}: application volumes. Here is what touches no application; the rest stands in files of its own. */
@Command(
        name = "pvc",
        description = "Application volumes: replicating them with VolSync, and moving applications with them.",
        subcommands = {
            PvcCommand.Protect.class,
            PvcStatusCommand.class,
            PvcCommand.Sync.class,
            PvcRecordCommand.class,
            PvcMoveCommand.Migrate.class,
            PvcMoveCommand.Failover.class,
            PvcMoveCommand.Failback.class,
            PvcCommand.Unprotect.class
        })
public final class PvcCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Command(
            name = "protect",
            description = "Sets up, or puts right, the replication of claims; creates the destination's where they are"
                    + " absent. Waits for no sync.")
    static final class Protect extends PvcBaseCommand {

        @Option(
                names = "--schedule",
                paramLabel = "CRON",
                description =
                        "When VolSync syncs by itself, in five fields of cron. Default: that of the configuration, which"
                                + " is the better place, for migrations look there.")
        private @Nullable String schedule;

        @Mixin
        private AcceptedVolumeRisks risks = new AcceptedVolumeRisks();

        @Override
        protected void choose(VolSyncOptions.Builder options) {
            risks.choose(options);
            if (schedule != null) {
                options.schedule(schedule);
            }
        }

        @Override
        protected int run(PvcSwitchover volumes, Claims claims) {
            SortedMap<String, ReplicationStatus> statuses = volumes.protect(claims);
            PvcTable table = PvcTable.of(statuses.values(), Instant.now(Clock.systemUTC()));
            output().result(json("claims", table.claims()), table::print);
            return ExitCodes.DONE;
        }
    }

    @Command(
            name = "sync",
            description = "Brings the destination level with the source once, and records there what that brought. What"
                    + " the application writes meanwhile may be in it or not.")
    static final class Sync extends PvcBaseCommand {

        @Mixin
        private SyncOptions syncing = new SyncOptions();

        @Override
        protected void choose(VolSyncOptions.Builder options) {
            syncing.choose(options);
        }

        @Override
        protected int run(PvcSwitchover volumes, Claims claims) {
            SortedMap<String, RecoveryPoint> points = volumes.sync(claims);
            output().result(json("claims", PvcPoint.all(points, Instant.now(Clock.systemUTC()))), out -> {
                points.forEach((claim, point) -> out.println(claim + ": " + point));
                out.println(points.size() + " synced to " + destination() + ".");
            });
            return ExitCodes.DONE;
        }
    }

    @Command(
            name = "unprotect",
            description = "Ends the replication of claims, and removes what it was made of on both sites. The claims"
                    + " stay, and so do the snapshots that were kept.")
    static final class Unprotect extends PvcBaseCommand {

        @Override
        protected int run(PvcSwitchover volumes, Claims claims) {
            volumes.unprotect(claims);
            output().result(
                            json("unprotected", claims.toString()),
                            out -> out.println("Not replicated any more: " + claims + "."));
            return ExitCodes.DONE;
        }
    }

    private static Map<String, Object> json(String name, Object value) {
        return Map.of(name, value);
    }
}
