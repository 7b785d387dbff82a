package io.drkit.examples.command;

import io.drkit.examples.cli.RunbookCommand;
import io.drkit.examples.runbook.Drill;
import io.drkit.examples.runbook.Enable;
import io.drkit.examples.runbook.Failback;
import io.drkit.examples.runbook.Failover;
import io.drkit.examples.runbook.Migrate;
import io.drkit.examples.runbook.Preflight;
import io.drkit.examples.runbook.RoutineCheck;
import io.drkit.examples.runbook.platform.Platform;
import io.drkit.runbook.Runbook;
import picocli.CommandLine.Command;

/** The commands of the reference runbooks: each names its runbook, and {@link RunbookCommand} does the rest. */
public final class RunbookCommands {

    private static final String CODES =
            " Exit code 0: done, 3: failed and taken back, 4: stopped in the midst (the report says how to go on), 5:"
                    + " refused, for somebody else runs one, or another run is not finished.";
    private static final String LOOKING = " Changes nothing. Exit code 0: ready, 3: not ready.";

    private RunbookCommands() {}

    @Command(
            name = "enable",
            description =
                    "Reaches everything that is configured, sees that values are readable, mirrors until the standby"
                            + " is level, and proves it. Start the mirror after it." + CODES)
    public static final class EnableCommand extends RunbookCommand {

        @Override
        protected Runbook runbook(Platform platform) {
            return Enable.of(platform);
        }
    }

    @Command(
            name = "routine-check",
            description =
                    "The daily look: equality, lag, encrypted values, volumes. Notes a proof on the standby." + LOOKING)
    public static final class RoutineCheckCommand extends RunbookCommand {

        @Override
        protected Runbook runbook(Platform platform) {
            return RoutineCheck.of(platform);
        }

        @Override
        protected boolean onlyLooks() {
            return true;
        }
    }

    @Command(
            name = "preflight",
            description = "Whether a move could begin now, by everything that is configured, and why not." + LOOKING)
    public static final class PreflightCommand extends RunbookCommand {

        @Override
        protected Runbook runbook(Platform platform) {
            return Preflight.of(platform);
        }

        @Override
        protected boolean onlyLooks() {
            return true;
        }
    }

    @Command(
            name = "failover",
            description =
                    "The primary is lost: its platform goes to the standby. Fences, promotes, moves volumes, switches"
                            + " the names, and measures RPO and RTO." + CODES)
    public static final class FailoverCommand extends RunbookCommand {

        @Override
        protected Runbook runbook(Platform platform) {
            return Failover.of(platform);
        }
    }

    @Command(
            name = "migrate",
            description = "A planned move to the standby, both sites being well: nothing is lost." + CODES)
    public static final class MigrateCommand extends RunbookCommand {

        @Override
        protected Runbook runbook(Platform platform) {
            return Migrate.of(platform);
        }
    }

    @Command(
            name = "failback",
            description =
                    "Back to the primary after a failover or a migration; what it wrote last and nobody had is listed"
                            + " and set aside." + CODES)
    public static final class FailbackCommand extends RunbookCommand {

        @Override
        protected Runbook runbook(Platform platform) {
            return Failback.of(platform);
        }
    }

    @Command(
            name = "drill",
            description =
                    "A rehearsal on names of its own: neither roles, volumes nor the platform's names are touched."
                            + CODES)
    public static final class DrillCommand extends RunbookCommand {

        @Override
        protected Runbook runbook(Platform platform) {
            return Drill.of(platform);
        }
    }
}
