package io.drkit.examples.command;

import io.drkit.comparison.ComparisonReport;
import io.drkit.comparison.Fact;
import io.drkit.comparison.SiteComparison;
import io.drkit.comparison.SiteFacts;
import io.drkit.examples.cli.CompareBaseCommand;
import io.drkit.examples.cli.ExitCodes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit compare}: whether two sites are alike enough for a failover to work. */
@Command(
        name = "compare",
        description =
                "Looks at two sites and says what differs, what that would break in a failover, and what to do. Changes"
                        + " nothing. Exit code 0: alike enough; 3: something would break; 4: nothing is known to break, but"
                        + " something important is unknown.")
public final class CompareCommand extends CompareBaseCommand {

    @Option(
            names = "--facts-out",
            paramLabel = "FILE",
            description =
                    "Only looks at the site that --at names, and saves the facts, for a comparison at the other site. They"
                            + " hold no secrets.")
    private @Nullable Path factsOut;

    @Option(names = "--at", paramLabel = "SITE", description = "With --facts-out: the site that is looked at.")
    private @Nullable String at;

    @Option(
            names = "--primary-facts",
            paramLabel = "FILE",
            description = "Takes the primary's facts from this file instead of looking at it.")
    private @Nullable Path primaryFacts;

    @Option(names = "--standby-facts", paramLabel = "FILE", description = "The same of the standby's.")
    private @Nullable Path standbyFacts;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Also writes the report as one page for a browser, which loads nothing else.")
    private @Nullable Path html;

    @Override
    protected int run() throws IOException {
        if ((factsOut == null) != (at == null)) {
            throw usage("--facts-out goes with --at: whose facts, and where to");
        }
        return factsOut != null && at != null ? save(at, factsOut) : compare();
    }

    private int save(String site, Path file) throws IOException {
        boolean isPrimary = site.equals(primary());
        if (!isPrimary && !site.equals(standby())) {
            throw usage(
                    "--at is " + site + ", which is neither --from (" + primary() + ") nor --to (" + standby() + ")");
        }
        Path others = isPrimary ? standbyFacts : primaryFacts;
        if (html != null || (isPrimary ? primaryFacts : standbyFacts) != null) {
            throw usage("With --facts-out nothing is compared: it goes with the facts of the other site only");
        }
        Fact<List<String>> images = others == null
                ? Fact.unknown("the other site's images were not known when this site was looked at")
                : read(others, isPrimary ? standby() : primary()).images();
        SiteFacts facts = askRegistry(gather(site), site, images);
        write(file, facts.toJson());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("site", site);
        json.put("facts", file.toString());
        json.put("unknown", facts.unknown());
        output().result(json, out -> {
            out.println("The facts of " + site + " are in " + file + ".");
            facts.unknown().forEach((fact, because) -> out.println("  unknown: " + fact + ", because " + because));
        });
        return ExitCodes.DONE;
    }

    private int compare() throws IOException {
        SiteFacts first = primaryFacts == null ? gather(primary()) : read(primaryFacts, primary());
        SiteFacts second = standbyFacts == null ? gather(standby()) : read(standbyFacts, standby());
        ComparisonReport report =
                SiteComparison.compare(withRegistry(first, second.images()), withRegistry(second, first.images()));
        if (html != null) {
            write(html, report.toHtml());
        }
        output().result(tree(report.toJson()), out -> out.print(report.toText()));
        return switch (report.verdict()) {
            case ALIKE -> ExitCodes.DONE;
            case WOULD_BREAK -> ExitCodes.WANTING;
            case INCONCLUSIVE -> ExitCodes.UNREACHABLE;
        };
    }

    /** What was saved with the facts is kept: the registry may be out of reach from here. */
    private SiteFacts withRegistry(SiteFacts facts, Fact<List<String>> images) {
        return facts.registry().isKnown() ? facts : askRegistry(facts, facts.site(), images);
    }
}
