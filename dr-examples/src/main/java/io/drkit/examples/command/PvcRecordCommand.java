package io.drkit.examples.command;

import io.drkit.DrException;
import io.drkit.examples.cli.DurationConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.PvcBaseCommand;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.RecoveryPoint;
import io.drkit.workload.Claims;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit pvc record}: writes down at the destination what scheduled syncs brought, once or for ever. */
@Command(
        name = "record",
        description = "Records at the destination of what time the last sync by schedule is, which workloads mount the"
                + " claims, and keeps its snapshot with the earlier ones. After a disaster the source cannot be asked:"
                + " without this the RPO of a failover is unknown, or only that of the last record. Run it more often"
                + " than the schedule syncs: with --every as a systemd unit or a Deployment, without as a CronJob.")
final class PvcRecordCommand extends PvcBaseCommand {

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "Again and again until stopped by SIGTERM or SIGINT. A failure is told on stderr, and it goes"
                    + " on. Prints what is new. Not with --output json, which is one document.")
    private @Nullable Duration every;

    private final SortedMap<String, RecoveryPoint> known = new TreeMap<>();

    @Override
    protected boolean copesWithASiteDown() {
        return every != null;
    }

    @Override
    protected int run(PvcSwitchover volumes, Claims claims) throws InterruptedException {
        if (every == null) {
            SortedMap<String, RecoveryPoint> points = volumes.record(claims);
            output().result(Map.of("claims", PvcPoint.all(points, Instant.now(Clock.systemUTC()))), out -> {
                points.forEach((claim, point) -> out.println(claim + ": " + point));
                out.println(
                        points.isEmpty()
                                ? "No sync of the " + claims + " has come through yet."
                                : points.size() + " recorded at " + destination() + ".");
            });
            return ExitCodes.DONE;
        }
        if (isJson()) {
            throw usage("--every does not go with --output json, which is exactly one document");
        }
        while (true) {
            recordOnce(volumes, claims, every);
            TimeUnit.MILLISECONDS.sleep(every.toMillis());
        }
    }

    private void recordOnce(PvcSwitchover volumes, Claims claims, Duration every) {
        try {
            volumes.record(claims).forEach((claim, point) -> {
                if (!point.equals(known.put(claim, point))) {
                    out().println(claim + ": " + point);
                }
            });
            out().flush();
        } catch (DrException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            err().println("drkit: " + e.getMessage() + " Again in " + Output.duration(every) + ".");
            err().flush();
        }
    }

    /** Being stopped is how recording for ever ends. */
    @Override
    protected int stopped() throws InterruptedException {
        return every == null ? super.stopped() : ExitCodes.DONE;
    }
}
