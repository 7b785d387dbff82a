package io.drkit.examples.cli;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command takes. */
public final class CommonOptions {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "A YAML file that names sites and how to reach them; then --from, --to and --at may be such names.")
    @Nullable Path config;

    @Option(
            names = "--output",
            paramLabel = "text|json",
            converter = Output.FormatConverter.class,
            description = "How the result is written to stdout: text, or exactly one JSON document. Default: text.")
    Output.Format format = Output.Format.TEXT;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Option(names = "--verbose", description = "Debug logs, and stack traces with errors.")
    boolean verbose;

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long one call to a site may take, such as 500ms, 10s or 1m. Default: 10s.")
    Duration deadline = Duration.ofSeconds(10);
}
