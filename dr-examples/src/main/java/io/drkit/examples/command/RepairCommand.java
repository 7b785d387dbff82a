package io.drkit.examples.command;

import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.RepairReport;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.MeteredKeyStore;
import io.drkit.examples.cli.Progress;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.examples.cli.UnreadableValues;
import io.drkit.keystore.KeyStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit repair}: puts right on the standby what differs. */
@Command(
        name = "repair",
        description = "Puts on the standby what it misses or holds with another value. Refused while a mirror runs.")
public final class RepairCommand extends SiteCommand.OfPair {

    @Option(names = "--delete-surplus", description = "Also delete what only the standby has.")
    private boolean deleteSurplus;

    @Override
    protected int run(KeyStore primary, KeyStore standby) {
        RepairReport report;
        try (Progress progress = progress()) {
            report = new DefaultConsistencyChecker(
                            new MeteredKeyStore(primary, "repairing", progress), standby, CheckerOptions.DEFAULT)
                    .repair(scope(), deleteSurplus);
        }
        UnreadableValues unreadable = unreadable().orElse(null);
        output().result(new Result(report.put(), report.deleted(), report.left(), unreadable), out -> {
            out.println("Put " + report.put() + " keys, deleted " + report.deleted() + ", left " + report.left()
                    + " that differ.");
            UnreadableValues.print(unreadable, out);
        });
        return ExitCodes.DONE;
    }

    /** The JSON form. */
    private record Result(
            long put, long deleted, long left, @Nullable UnreadableValues undecrypted) {}
}
