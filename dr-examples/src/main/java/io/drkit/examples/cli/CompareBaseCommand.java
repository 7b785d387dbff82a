package io.drkit.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.comparison.Fact;
import io.drkit.comparison.SiteFacts;
import io.drkit.file.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a comparison of sites has: which two, how they are reached, and the files that facts are kept in. */
@Command(sortOptions = false)
public abstract class CompareBaseCommand extends StoppableCommand {

    @Option(names = "--from", paramLabel = "SITE", description = "The primary, as named in --config. Default: primary.")
    private String primary = "primary";

    @Option(names = "--to", paramLabel = "SITE", description = "The standby. Default: standby.")
    private String standby = "standby";

    /** The clock of this run, which hosts of both sites are compared with. */
    private final String observer = UUID.randomUUID().toString();

    @Spec
    private @Nullable CommandSpec spec;

    /** The command itself. */
    protected abstract int run() throws IOException;

    @Override
    final int connectAndRun() {
        if (primary.equals(standby)) {
            throw usage("--from and --to are the same site, " + primary);
        }
        try {
            return run();
        } catch (IOException e) {
            throw FileCommand.unwritable(e);
        }
    }

    /** How the primary is named. */
    protected final String primary() {
        return primary;
    }

    /** How the standby is named. */
    protected final String standby() {
        return standby;
    }

    /** Looks at a site; the registry is asked later. */
    protected final SiteFacts gather(String site) {
        step("looking at " + site);
        return site(site).gather(observer, Clock.systemUTC());
    }

    /** The same facts with what the site's registry says of the other's images. */
    protected final SiteFacts askRegistry(SiteFacts facts, String site, Fact<List<String>> images) {
        if (common.config == null) {
            return facts;
        }
        if (images.isKnown()) {
            step("looking for " + images.get().size() + " images in the registry of " + site);
        }
        return site(site).askRegistry(facts, images);
    }

    /** Reads facts that were saved, of the site that is expected. */
    protected final SiteFacts read(Path file, String site) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read " + file + ": is it there, and may you read it?");
        }
        SiteFacts facts = SiteFacts.parse(text, file.toString());
        if (!facts.site().equals(site)) {
            throw new IllegalArgumentException(
                    file + " holds the facts of " + facts.site() + ", not of " + site + ": see --from and --to.");
        }
        return facts;
    }

    /** Writes a file that only its owner may read, for it tells how the sites are built. */
    protected static void write(Path file, String content) throws IOException {
        PrivateFile.write(file, content);
    }

    /** Where the result goes. */
    protected final Output output() {
        return new Output(common.format, spec().commandLine().getOut());
    }

    /** JSON that the library has written already. */
    protected static JsonNode tree(String json) {
        return FileCommand.tree(json);
    }

    /** A usage error in this command. */
    protected final ParameterException usage(String message) {
        return new ParameterException(spec().commandLine(), message);
    }

    private ComparedSite site(String site) {
        if (common.config == null) {
            throw usage("Missing required option '--config': how the sites are reached stands there");
        }
        return new ComparedSite(common.config, site, site.equals(primary) ? standby : primary, common);
    }

    private void step(String step) {
        spec().commandLine().getErr().println("drkit: " + step);
        spec().commandLine().getErr().flush();
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("A command is run by picocli.");
        }
        return spec;
    }
}
