package io.drkit.examples.demo;

import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Logs;
import io.drkit.examples.demo.Teller.BrokenPromiseException;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code drkit demo}: the whole story on this machine, with real servers. */
@Command(
        name = "demo",
        description =
                "Shows it all on this machine with two real etcd servers: mirror, break things, compare, fail over."
                        + " Takes less than a minute. Exit code 0: every step held what it promised.")
public final class DemoCommand implements Callable<Integer> {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "What the writers' random choices start from. Default: 1.")
    private long seed = 1;

    @Option(names = "--verbose", description = "Debug logs, and stack traces with errors.")
    private boolean verbose;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Logs.configure(verbose);
        PrintWriter out = Objects.requireNonNull(spec, "A command is run by picocli.")
                .commandLine()
                .getOut();
        try (Story story = new Story(new Teller(out), java.nio.file.Files.createTempDirectory("drkit-demo-"), seed)) {
            story.tell();
            return ExitCodes.DONE;
        } catch (BrokenPromiseException e) {
            out.println("A step did not hold what it promised: " + e.getMessage());
            out.flush();
            if (verbose) {
                e.printStackTrace(out);
            }
            return ExitCodes.WANTING;
        }
    }
}
