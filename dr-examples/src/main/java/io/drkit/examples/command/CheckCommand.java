package io.drkit.examples.command;

import io.drkit.DrException;
import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.Comparison;
import io.drkit.consistency.ConsistencyReport;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.KeyDifference;
import io.drkit.consistency.KeyDifference.Kind;
import io.drkit.consistency.Level;
import io.drkit.consistency.Proof;
import io.drkit.examples.cli.CountConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.MeteredKeyStore;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.Progress;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.examples.cli.UnreadableValues;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit check}: are the two sides equal? */
@Command(
        name = "check",
        description =
                "Compares the two sides; that they were found equal, and when, is noted on the standby. Exit code 0: equal,"
                        + " 3: they differ, 4: it could not be told.")
public final class CheckCommand extends SiteCommand.OfPair {

    private static final Logger log = LoggerFactory.getLogger(CheckCommand.class);

    @Option(
            names = "--level",
            paramLabel = "keys|values|desired",
            description =
                    "What is compared: that keys exist, their values byte for byte, or what of them is not each cluster's own, such as a"
                            + " status. Default: desired for a scope whose standby is alive, else values.")
    private @Nullable Level level;

    @Option(
            names = "--limit",
            converter = CountConverter.class,
            paramLabel = "N",
            description = "How many keys of each kind are shown. Default: 10.")
    private int limit = 10;

    @Override
    protected int run(KeyStore primary, KeyStore standby) {
        ConsistencyReport report;
        Level wanted = level == null ? Level.of(scope()) : level;
        try (Progress progress = progress()) {
            report = new DefaultConsistencyChecker(
                            new MeteredKeyStore(primary, "comparing", progress),
                            standby,
                            CheckerOptions.builder().sampleSize(limit).build())
                    .check(scope(), wanted);
        }
        if (report instanceof ConsistencyReport.Consistent consistent) {
            note(standby, scope(), consistent);
        }
        UnreadableValues unreadable = unreadable().orElse(null);
        output().result(Result.of(report, unreadable), out -> {
            print(report, out);
            UnreadableValues.print(unreadable, out);
        });
        if (report instanceof ConsistencyReport.Inconclusive) {
            return ExitCodes.UNREACHABLE;
        }
        return report.isConsistent() ? ExitCodes.DONE : ExitCodes.WANTING;
    }

    /** The verdict stands also where it cannot be noted: for a user who may only read, say. */
    static void note(KeyStore standby, MirrorScope scope, ConsistencyReport.Consistent verdict) {
        try {
            Proof.keep(standby, scope, verdict, Instant.now());
        } catch (DrException e) {
            log.warn("That both sides are equal could not be noted on the standby: {}", e.getMessage());
        }
    }

    static void print(ConsistencyReport report, PrintWriter out) {
        Comparison comparison = report.comparison();
        print(out, "missed", comparison.total().missed(), comparison, Kind.MISSED);
        print(out, "surplus", comparison.total().surplus(), comparison, Kind.SURPLUS);
        print(out, "changed", comparison.total().changed(), comparison, Kind.CHANGED);
        if (comparison.undecidable() > 0) {
            out.println("Keys left out, for what decides whether they are mirrored cannot be read: "
                    + comparison.undecidable());
            comparison.undecidableSample().forEach(key -> out.println("  " + key.printable()));
        }
        out.println("Compared: " + comparison.compared() + " keys of scope " + comparison.scope() + ", level "
                + Output.lower(comparison.level()));
        if (report instanceof ConsistencyReport.Inconclusive inconclusive) {
            out.println("Inconclusive: " + inconclusive.reason());
        }
    }

    private static void print(PrintWriter out, String kind, long count, Comparison comparison, Kind which) {
        out.println("LOCAL ETCD " + kind + " keys: " + count);
        comparison.sample().stream()
                .filter(difference -> difference.kind() == which)
                .forEach(difference -> out.println("  " + difference.key().printable()
                        + difference.why().map(why -> " (" + why + ")").orElse("")));
    }

    /** The JSON form. */
    record Result(
            String verdict,
            @Nullable String reason,
            String scope,
            String level,
            long sourceRevision,
            long standbyRevision,
            long compared,
            Comparison.Counts total,
            Map<String, Comparison.Counts> byResource,
            List<Difference> sample,
            long undecidable,
            List<String> undecidableSample,
            @Nullable UnreadableValues undecrypted) {

        record Difference(String kind, String key, @Nullable String why) {

            static Difference of(KeyDifference difference) {
                return new Difference(
                        Output.lower(difference.kind()),
                        difference.key().printable(),
                        difference.why().orElse(null));
            }
        }

        static Result of(ConsistencyReport report, @Nullable UnreadableValues undecrypted) {
            Comparison comparison = report.comparison();
            return new Result(
                    verdict(report),
                    report instanceof ConsistencyReport.Inconclusive inconclusive ? inconclusive.reason() : null,
                    comparison.scope(),
                    Output.lower(comparison.level()),
                    comparison.sourceRevision(),
                    comparison.standbyRevision(),
                    comparison.compared(),
                    comparison.total(),
                    comparison.byResource(),
                    comparison.sample().stream().map(Difference::of).toList(),
                    comparison.undecidable(),
                    comparison.undecidableSample().stream()
                            .map(Bytes::printable)
                            .toList(),
                    undecrypted);
        }

        private static String verdict(ConsistencyReport report) {
            if (report instanceof ConsistencyReport.Inconclusive) {
                return "inconclusive";
            }
            return report.isConsistent() ? "consistent" : "diverged";
        }
    }
}
