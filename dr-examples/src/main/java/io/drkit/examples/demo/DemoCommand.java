package io.drkit.examples.demo;

import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Logs;
import io.drkit.examples.demo.Teller.BrokenPromiseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drkit demo}: the whole story on this machine, with real servers. */
@Command(
        name = "demo",
        description =
                "Tells the whole story on this machine, with real servers, and verifies each step: a platform is mirrored,"
                        + " loses its primary, fails over, and comes home. As root its sites are machines of their own,"
                        + " with a firewall. Takes about two minutes. Exit code 0: every step held what it promised.")
public final class DemoCommand implements Callable<Integer> {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "Where its files go, which stay: drkit.yaml, the reports. Default: a new one"
                    + " among the temporary files.")
    private @Nullable Path folder;

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
        try (Story story = new Story(new Teller(out), emptyFolder(), seed)) {
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

    private Path emptyFolder() throws IOException {
        if (folder == null) {
            return Files.createTempDirectory("drkit-demo-");
        }
        Path made = Files.createDirectories(folder).toAbsolutePath();
        try (Stream<Path> files = Files.list(made)) {
            if (files.findAny().isPresent()) {
                throw new ParameterException(
                        Objects.requireNonNull(spec).commandLine(), "--folder: " + made + " is not empty");
            }
        }
        return made;
    }
}
