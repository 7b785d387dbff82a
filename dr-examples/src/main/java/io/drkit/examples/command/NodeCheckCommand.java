package io.drkit.examples.command;

import io.drkit.UnsafeToProceedException;
import io.drkit.examples.cli.DurationConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.node.HostFacts;
import io.drkit.node.HostFacts.Disk;
import io.drkit.node.NodeGroup;
import io.drkit.node.NodeOutcome;
import io.drkit.node.NodeOutcome.Done;
import io.drkit.node.NodeOutcome.Failed;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit node check}: whether nodes are ready for what is to come. */
@Command(
        name = "check",
        description =
                "Looks whether each node can be reached, and at its name, versions, disks and clock. Changes nothing."
                        + " Exit code 0: all is well, 3: room or clock is wanting, 4: a node cannot be reached, 5: a node is"
                        + " not known to be the one it claims to be.")
final class NodeCheckCommand extends SiteCommand.OfNodes {

    @Option(
            names = "--min-free",
            paramLabel = "PERCENT",
            description = "How much of each disk must be free. Default: 10.")
    private int minFree = 10;

    @Option(
            names = "--max-skew",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "By how much a node's clock may differ from this machine's. Default: 2s.")
    private Duration maxSkew = Duration.ofSeconds(2);

    @Override
    protected int run(NodeGroup nodes, List<String> siteOf) {
        List<NodeOutcome<HostFacts>> outcomes =
                nodes.each(node -> HostFacts.of(node, HostFacts.CONTROL_PLANE_PATHS, Clock.systemUTC(), deadline()));
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            results.add(result(siteOf.get(i), outcomes.get(i)));
        }
        output().result(Map.of("nodes", results), out -> results.forEach(result -> print(result, out)));
        return outcomes.stream().mapToInt(outcome -> exitCode(outcome)).max().orElse(ExitCodes.DONE);
    }

    private int exitCode(NodeOutcome<HostFacts> outcome) {
        if (outcome instanceof Failed<HostFacts> failed) {
            return failed.failure() instanceof UnsafeToProceedException ? ExitCodes.REFUSED : ExitCodes.UNREACHABLE;
        }
        return wanting(((Done<HostFacts>) outcome).value()).isEmpty() ? ExitCodes.DONE : ExitCodes.WANTING;
    }

    private List<String> wanting(HostFacts facts) {
        List<String> wanting = new ArrayList<>();
        for (Disk disk : facts.disks()) {
            if (disk.freeBytes() * 100 < disk.totalBytes() * minFree) {
                wanting.add("only " + percent(disk) + " % of " + disk.path() + " are free");
            }
        }
        // What may be the time that asking took is no skew.
        if (facts.clockSkew().abs().minus(facts.clockUncertainty()).compareTo(maxSkew) > 0) {
            wanting.add("its clock is " + seconds(facts.clockSkew().abs()) + " s "
                    + (facts.clockSkew().isNegative() ? "behind" : "ahead"));
        }
        return wanting;
    }

    private Result result(String site, NodeOutcome<HostFacts> outcome) {
        if (outcome instanceof Failed<HostFacts> failed) {
            RuntimeException failure = failed.failure();
            return new Result(site, outcome.node(), false, null, List.of(), String.valueOf(failure.getMessage()));
        }
        HostFacts facts = ((Done<HostFacts>) outcome).value();
        return new Result(site, outcome.node(), true, Facts.of(facts), wanting(facts), null);
    }

    private static void print(Result result, PrintWriter out) {
        out.println(result.site() + " " + result.node() + ": " + (result.reachable() ? "reachable" : result.error()));
        Facts facts = result.facts();
        if (facts == null) {
            return;
        }
        out.println("  host " + facts.hostname() + ", " + facts.os() + ", kernel " + facts.kernel());
        facts.versions().forEach((name, version) -> out.println("  " + name + " " + version));
        facts.disks()
                .forEach(disk -> out.printf(
                        Locale.ROOT,
                        "  %s: %d %% of %.1f GiB free%n",
                        disk.path(),
                        percent(disk),
                        gibibytes(disk.totalBytes())));
        out.printf(
                Locale.ROOT,
                "  clock %+.3f s, give or take %.3f s%n",
                facts.clockSkewSeconds(),
                facts.clockUncertaintySeconds());
        result.wanting().forEach(wanting -> out.println("  WANTING: " + wanting));
    }

    private static long percent(Disk disk) {
        return disk.totalBytes() == 0 ? 100 : disk.freeBytes() * 100 / disk.totalBytes();
    }

    private static double gibibytes(long bytes) {
        return bytes / (double) (1 << 30);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1_000.0;
    }

    /** The JSON form of one node. */
    private record Result(
            String site,
            String node,
            boolean reachable,
            @Nullable Facts facts,
            List<String> wanting,
            @Nullable String error) {}

    private record Facts(
            String hostname,
            String os,
            String kernel,
            Map<String, String> versions,
            List<Disk> disks,
            double clockSkewSeconds,
            double clockUncertaintySeconds) {

        static Facts of(HostFacts facts) {
            return new Facts(
                    facts.hostname(),
                    facts.os(),
                    facts.kernel(),
                    new TreeMap<>(facts.versions()),
                    facts.disks(),
                    seconds(facts.clockSkew()),
                    seconds(facts.clockUncertainty()));
        }
    }
}
