package io.drkit.examples.cli;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command takes that talks to a site. */
public final class CommonOptions extends OutputOptions {

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "A YAML file that names sites and how to reach them; then --from, --to and --at may be such names.")
    @Nullable Path config;

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long one call to a site may take, such as 500ms, 10s or 1m. Default: 10s.")
    Duration deadline = Duration.ofSeconds(10);
}
