package io.drkit.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.DrException;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command about the platform's domain has: its options, its settings, and the backend that it closes in the end. */
@Command(sortOptions = false)
public abstract class DnsBaseCommand implements Callable<Integer> {

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    private @Nullable CommandSpec spec;

    /** Runs with the settings of the configuration's part {@code dns}. */
    protected abstract int run(DnsSettings settings) throws InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        Logs.configure(common.verbose);
        try {
            return run(DnsSettings.read(config()));
        } catch (DrException e) {
            // A call that was interrupted ends as if the server could not be reached.
            if (Thread.interrupted()) {
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw e;
        }
    }

    /** The configuration. */
    protected final Path config() {
        if (common.config == null) {
            throw new ParameterException(
                    spec().commandLine(),
                    "Missing required option '--config': the domain, and who can change it, stand there");
        }
        return common.config;
    }

    protected final DnsSwitcher open(DnsSettings settings) {
        return settings.open(config(), common.deadline);
    }

    /** A file that the configuration names, relative to it. */
    protected final Path relative(Path path) {
        return config().resolveSibling(path);
    }

    protected final Duration deadline() {
        return common.deadline;
    }

    protected final Output output() {
        return new Output(common.format, spec().commandLine().getOut());
    }

    /** Where the command says how it comes along. */
    protected final PrintWriter err() {
        return spec().commandLine().getErr();
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("A command is run by picocli.");
        }
        return spec;
    }

    /**
     * Tells what was changed, and by what promise.
     *
     * @param now where the names led when the command began: a part may have been done before
     */
    protected final void tell(DnsSwitcher dns, DnsRecords now, DnsChange made, String then) {
        DnsChange change = DnsChange.of(now, made.after()).with(made.serials());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("server", dns.name());
        json.put("promise", dns.capabilities().promise());
        json.put("changed", change.changed().stream().map(DnsName::ascii).toList());
        json.put("change", tree(change));
        output().result(json, out -> {
            change.changed()
                    .forEach(name -> out.println(
                            name + ": " + line(change.before(), name) + " -> " + line(change.after(), name)));
            out.println(
                    change.changed().isEmpty()
                            ? "Nothing to do: every name leads there already."
                            : change.changed().size() + " names changed at " + dns.name() + ". "
                                    + dns.capabilities().promise());
            change.serials()
                    .forEach((zone, serial) -> out.println("Zone " + zone + " has it with serial " + serial + "."));
            if (!then.isEmpty()) {
                out.println(then);
            }
        });
    }

    /** What a name has, for people. */
    protected static String line(DnsRecords records, DnsName name) {
        return records.at(name).isEmpty()
                ? "nothing"
                : records.describe(name) + " ("
                        + records.only(List.of(name)).longestTtl().toSeconds() + " s)";
    }

    protected static JsonNode tree(DnsChange change) {
        try {
            return new ObjectMapper().readTree(change.toJson());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
