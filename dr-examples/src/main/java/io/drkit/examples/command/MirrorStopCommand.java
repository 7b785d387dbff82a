package io.drkit.examples.command;

import io.drkit.SiteUnreachableException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.ConsistencyChecker;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.GarbageForecast;
import io.drkit.consistency.Level;
import io.drkit.consistency.RepairReport;
import io.drkit.examples.cli.CountConverter;
import io.drkit.examples.cli.DurationConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.MeteredKeyStore;
import io.drkit.examples.cli.MirrorNameConverter;
import io.drkit.examples.cli.Progress;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.examples.cli.UnreadableValues;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.SafeStop;
import io.drkit.mirror.StopEvidence;
import io.drkit.mirror.StopOptions;
import io.drkit.mirror.StopResult;
import io.drkit.object.OwnerReference;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit mirror stop}: ends a mirror, wherever it runs, when the standby lacks nothing. */
@Command(
        name = "stop",
        description =
                "Proves that the standby lacks nothing, and then ends the mirror, in whatever process it runs. With keys missed it"
                        + " refuses, and names what the standby's garbage collector would delete. Exit code 0: stopped, or none ran"
                        + " and the two are level; 5: refused; 4: it could not be told, or the mirror did not end in time.")
final class MirrorStopCommand extends SiteCommand.OfPair {

    @Option(
            names = "--name",
            converter = MirrorNameConverter.class,
            paramLabel = "NAME",
            description = "Which mirror. Default: default.")
    private String name = "default";

    @Option(
            names = "--force",
            description = "Stop it whatever the proof says, and without one where the primary cannot be reached.")
    private boolean force;

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long the mirror may take to end after it was asked. Default: 60s.")
    private Duration wait = Duration.ofSeconds(60);

    @Option(
            names = "--limit",
            converter = CountConverter.class,
            paramLabel = "N",
            description = "How many keys of each kind are shown. Default: 10.")
    private int limit = 10;

    @Override
    protected int run(KeyStore primary, KeyStore standby) throws InterruptedException {
        StopResult result;
        try (Progress progress = progress()) {
            result = stop(
                    standby,
                    new DefaultConsistencyChecker(
                            new MeteredKeyStore(primary, "comparing", progress),
                            standby,
                            CheckerOptions.builder().sampleSize(limit).build()));
        }
        result.evidence()
                .report()
                .filter(ConsistencyReport.Consistent.class::isInstance)
                .map(ConsistencyReport.Consistent.class::cast)
                .ifPresent(proof -> CheckCommand.note(standby, scope(), proof));
        return tell(result);
    }

    @Override
    protected boolean doesWithoutPrimary() {
        return force;
    }

    @Override
    protected int runWithoutPrimary(SiteUnreachableException why, KeyStore standby) throws InterruptedException {
        return tell(stop(standby, new NothingToCompareWith(why)));
    }

    private StopResult stop(KeyStore standby, ConsistencyChecker checker) throws InterruptedException {
        StopOptions options = StopOptions.builder()
                .name(name)
                .patience(wait)
                .sampleSize(limit)
                .build();
        return new SafeStop(checker, standby, options).stop(scope(), force);
    }

    private int tell(StopResult result) {
        UnreadableValues unreadable = unreadable().orElse(null);
        output().result(Result.of(name, result, unreadable), out -> {
            print(result, out);
            UnreadableValues.print(unreadable, out);
        });
        boolean untold = result.evidence()
                .report()
                .filter(ConsistencyReport.Inconclusive.class::isInstance)
                .isPresent();
        if (result.isStopped()) {
            return ExitCodes.DONE;
        }
        return untold || result instanceof StopResult.StillRunning ? ExitCodes.UNREACHABLE : ExitCodes.REFUSED;
    }

    private void print(StopResult result, PrintWriter out) {
        StopEvidence evidence = result.evidence();
        evidence.report().ifPresent(report -> CheckCommand.print(report, out));
        evidence.unreachable().ifPresent(why -> out.println("Not compared: " + why));
        evidence.forecast().ifPresent(forecast -> print(forecast, out));
        if (result instanceof StopResult.Stopped stopped) {
            out.println(stopped.ran() ? "Mirror " + name + " is stopped." : "No mirror " + name + " runs.");
        } else if (result instanceof StopResult.StillRunning running) {
            out.println("Mirror " + name + " was asked to stop and still runs: " + running.holder()
                    + ". It is asked no longer; end its process, or ask again with a longer --wait.");
        } else {
            out.println("Refused: mirror " + name + " is not stopped, for it is not proved that the standby lacks"
                    + " nothing. To stop it all the same: --force");
        }
    }

    private static void print(GarbageForecast forecast, PrintWriter out) {
        out.println("Keys that the standby's garbage collector would delete: " + forecast.count());
        forecast.first().forEach(doomed -> out.println("  " + doomed));
        if (forecast.unreadable() > 0) {
            out.println("Values that cannot be read, so that it is not known of them: " + forecast.unreadable());
        }
    }

    /** Where the primary is gone, and the mirror is to end all the same. */
    private record NothingToCompareWith(SiteUnreachableException why) implements ConsistencyChecker {

        @Override
        public ConsistencyReport check(MirrorScope scope, Level level) {
            throw why;
        }

        @Override
        public RepairReport repair(MirrorScope scope, boolean deleteSurplus) {
            throw why;
        }
    }

    /** The JSON form; {@code check} is as {@code drkit check} prints it. */
    private record Result(
            String mirror,
            String outcome,
            @Nullable String holder,
            CheckCommand.@Nullable Result check,
            @Nullable String unreachable,
            @Nullable Forecast forecast) {

        record Forecast(long count, List<Doomed> first, long unreadable) {

            static Forecast of(GarbageForecast forecast) {
                return new Forecast(
                        forecast.count(),
                        forecast.first().stream().map(Doomed::of).toList(),
                        forecast.unreadable());
            }
        }

        record Doomed(
                String key,
                @Nullable String ownerKind,
                @Nullable String ownerName) {

            static Doomed of(GarbageForecast.Doomed doomed) {
                return new Doomed(
                        doomed.key().printable(),
                        doomed.owner().map(OwnerReference::kind).orElse(null),
                        doomed.owner().map(OwnerReference::name).orElse(null));
            }
        }

        static Result of(String mirror, StopResult result, @Nullable UnreadableValues undecrypted) {
            StopEvidence evidence = result.evidence();
            return new Result(
                    mirror,
                    outcome(result),
                    result instanceof StopResult.StillRunning running ? running.holder() : null,
                    evidence.report()
                            .map(report -> CheckCommand.Result.of(report, undecrypted))
                            .orElse(null),
                    evidence.unreachable().orElse(null),
                    evidence.forecast().map(Forecast::of).orElse(null));
        }

        private static String outcome(StopResult result) {
            if (result instanceof StopResult.Stopped stopped) {
                return stopped.ran() ? "stopped" : "not-running";
            }
            return result instanceof StopResult.Refused ? "refused" : "still-running";
        }
    }
}
