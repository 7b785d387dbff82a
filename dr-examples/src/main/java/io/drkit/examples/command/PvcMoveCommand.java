package io.drkit.examples.command;

import io.drkit.examples.cli.DurationConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.PvcBaseCommand;
import io.drkit.volsync.VolSyncOptions;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.SwitchoverOptions;
import io.drkit.volume.SwitchoverPlan;
import io.drkit.volume.SwitchoverReport;
import io.drkit.workload.Claims;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drkit pvc migrate}, {@code failover} and {@code failback}: what moves an application with its claims has in common. */
@Command
abstract class PvcMoveCommand extends PvcBaseCommand {

    @Option(
            names = "--dry-run",
            description =
                    "Only looks: which claims and workloads, whether it would be refused and why (exit code 5), and"
                            + " how old the destination's data is. Changes nothing.")
    private boolean dryRun;

    @Mixin
    private SyncOptions syncing = new SyncOptions();

    private final String verb;

    PvcMoveCommand(String verb) {
        this.verb = verb;
    }

    /** What would be done. */
    abstract SwitchoverPlan plan(PvcSwitchover volumes, Claims claims);

    /** Does it. */
    abstract SwitchoverReport move(PvcSwitchover volumes, Claims claims);

    /** Where the application comes from. */
    String leaving() {
        return source();
    }

    /** Where it goes. */
    String entering() {
        return destination();
    }

    @Override
    protected void choose(VolSyncOptions.Builder options) {
        syncing.choose(options);
    }

    @Override
    protected final int run(PvcSwitchover volumes, Claims claims) {
        if (dryRun) {
            PvcPlan plan = PvcPlan.of(verb, leaving(), entering(), namespace(), plan(volumes, claims));
            output().result(plan, plan::print);
            return plan.possible() ? ExitCodes.DONE : ExitCodes.REFUSED;
        }
        PvcReport report = PvcReport.of(verb, leaving(), entering(), namespace(), move(volumes, claims));
        output().result(report, report::print);
        return ExitCodes.DONE;
    }

    /** One that stops the application where it comes from, and replicates the other way afterwards. */
    @Command
    abstract static class Planned extends PvcMoveCommand {

        @Option(
                names = "--quiesce-timeout",
                paramLabel = "DURATION",
                converter = DurationConverter.class,
                description = "How long the application's pods may take to end. Default: 5m.")
        private @Nullable Duration quiesceTimeout;

        @Option(names = "--no-reverse", description = "Does not set up the replication the other way afterwards.")
        private boolean noReverse;

        @Option(
                names = "--schedule",
                paramLabel = "CRON",
                description = "When VolSync syncs by itself the other way. Default: that of the configuration.")
        private @Nullable String schedule;

        Planned(String verb) {
            super(verb);
        }

        @Override
        protected void choose(VolSyncOptions.Builder options) {
            super.choose(options);
            if (schedule != null) {
                options.schedule(schedule);
            }
        }

        @Override
        protected SwitchoverOptions choose(SwitchoverOptions options) {
            SwitchoverOptions chosen = quiesceTimeout == null ? options : options.quiesceTimeout(quiesceTimeout);
            return noReverse ? chosen.withoutReverse() : chosen;
        }
    }

    @Command(
            name = "migrate",
            description =
                    "Moves an application as planned, and loses nothing: stops it at the source, syncs what it last"
                            + " wrote, starts it at the destination, and replicates the other way. Name all claims of the"
                            + " application at once. Stopped anywhere, it goes on when run again.")
    static final class Migrate extends Planned {

        Migrate() {
            super("migrate");
        }

        @Override
        SwitchoverPlan plan(PvcSwitchover volumes, Claims claims) {
            return volumes.planMigrate(claims);
        }

        @Override
        SwitchoverReport move(PvcSwitchover volumes, Claims claims) {
            return volumes.migrate(claims);
        }
    }

    @Command(
            name = "failover",
            description = "Starts an application at the destination without asking the source: from the last complete"
                    + " sync, however old, which is told as the RPO. Shuts the source out, should it come back. Name"
                    + " all claims of the application at once. Stopped anywhere, it goes on when run again.")
    static final class Failover extends PvcMoveCommand {

        @Option(
                names = "--image",
                paramLabel = "CLAIM=SNAPSHOT",
                description =
                        "Repeatable: the snapshot that a claim is to go back to, one that status --output json lists."
                                + " Default: the newest complete one of each.")
        private Map<String, String> images = new TreeMap<>();

        Failover() {
            super("failover");
        }

        @Override
        protected boolean copesWithASiteDown() {
            return true;
        }

        @Override
        SwitchoverPlan plan(PvcSwitchover volumes, Claims claims) {
            return volumes.planFailover(claims, images);
        }

        @Override
        SwitchoverReport move(PvcSwitchover volumes, Claims claims) {
            return volumes.failover(claims, images);
        }
    }

    @Command(
            name = "failback",
            description = "Back again to the source, which has returned: --from and --to stay as they were for the way"
                    + " there. Stops what still runs at the source, keeps what it had never synced as a snapshot,"
                    + " syncs back while the application runs, and then migrates it. Loses nothing.")
    static final class Failback extends Planned {

        Failback() {
            super("failback");
        }

        @Override
        String leaving() {
            return destination();
        }

        @Override
        String entering() {
            return source();
        }

        @Override
        SwitchoverPlan plan(PvcSwitchover volumes, Claims claims) {
            return volumes.planFailback(claims);
        }

        @Override
        SwitchoverReport move(PvcSwitchover volumes, Claims claims) {
            return volumes.failback(claims);
        }
    }
}
