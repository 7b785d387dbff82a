package io.drkit.examples;

import io.drkit.examples.cli.Errors;
import io.drkit.examples.cli.StopSignal;
import io.drkit.examples.command.ArtifactsCommand;
import io.drkit.examples.command.CertificatesCommand;
import io.drkit.examples.command.CheckCommand;
import io.drkit.examples.command.CompareCommand;
import io.drkit.examples.command.ConfigCommand;
import io.drkit.examples.command.DnsCommand;
import io.drkit.examples.command.EncryptionCommand;
import io.drkit.examples.command.MirrorCommand;
import io.drkit.examples.command.NodeCommand;
import io.drkit.examples.command.PvcCommand;
import io.drkit.examples.command.QuarantineCommand;
import io.drkit.examples.command.RepairCommand;
import io.drkit.examples.command.RoleCommand;
import io.drkit.examples.command.RunbookCommands;
import io.drkit.examples.command.ScopeCommand;
import io.drkit.examples.command.SnapshotCommand;
import io.drkit.examples.demo.DemoCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The {@code drkit} command line: a thin face over the library. */
@Command(
        name = "drkit",
        description = "Keeps a second Kubernetes control plane ready to take over.",
        subcommands = {
            MirrorCommand.class,
            CheckCommand.class,
            RepairCommand.class,
            QuarantineCommand.class,
            ScopeCommand.class,
            RoleCommand.class,
            EncryptionCommand.class,
            NodeCommand.class,
            CertificatesCommand.class,
            DnsCommand.class,
            PvcCommand.class,
            SnapshotCommand.class,
            ArtifactsCommand.class,
            CompareCommand.class,
            ConfigCommand.class,
            RunbookCommands.EnableCommand.class,
            RunbookCommands.RoutineCheckCommand.class,
            RunbookCommands.PreflightCommand.class,
            RunbookCommands.FailoverCommand.class,
            RunbookCommands.MigrateCommand.class,
            RunbookCommands.FailbackCommand.class,
            RunbookCommands.DrillCommand.class,
            DemoCommand.class
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0  done, or consistent",
            "  1  unexpected failure",
            "  2  wrong usage or bad configuration",
            "  3  checked and found wanting: the two sides differ, values cannot be read,",
            "     a name has not moved, a failover would break something, objects are missing,",
            "     a node or a volume's replication is not in order, or a runbook failed and was",
            "     taken back",
            "  4  a site could not be reached, it could not be told, or a runbook stopped in",
            "     the midst",
            "  5  refused as unsafe"
        })
public final class DrKit {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    private DrKit() {}

    /** Runs one command in this process's place and exits with its code. */
    public static void main(String[] arguments) {
        StopSignal signal = StopSignal.interrupting(Thread.currentThread());
        int code = commandLine().execute(arguments);
        signal.ended(code);
        System.exit(code);
    }

    /** The command line, for other programs to run in-process: {@link CommandLine#execute} returns the exit code. */
    public static CommandLine commandLine() {
        Errors errors = new Errors();
        return new CommandLine(new DrKit())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(errors)
                .setExecutionExceptionHandler(errors);
    }
}
