package io.drkit.examples.cli;

import io.drkit.rollout.StaticPodOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command about the kube-apiservers of sites that the configuration file names. */
public abstract class ControlPlaneCommand extends NamedSiteCommand {

    @Option(
            names = "--manifest",
            paramLabel = "FILE",
            description =
                    "kube-apiserver's static pod manifest on the nodes. Default: " + StaticPodOptions.DEFAULT_MANIFEST)
    private String manifest = StaticPodOptions.DEFAULT_MANIFEST;

    @Option(
            names = "--restart-command",
            paramLabel = "SCRIPT",
            description =
                    "A shell script that restarts kube-apiserver on a node. Default: an annotation is set in the manifest.")
    private @Nullable String restartCommand;

    @Option(
            names = "--ready-command",
            paramLabel = "SCRIPT",
            description =
                    "A shell script on a node that ends with 0 when kube-apiserver is ready. Default: its /readyz is asked.")
    private @Nullable String readyCommand;

    @Option(
            names = "--steady",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long it must stay ready to count as ready. Default: 5s.")
    private Duration steady = Duration.ofSeconds(5);

    @Option(
            names = "--ready-timeout",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long a restarted kube-apiserver may take to be ready. Default: 5m.")
    private Duration readyTimeout = Duration.ofMinutes(5);

    @Option(
            names = "--reload-timeout",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description =
                    "Where it reloads the file by itself, how long until it is restarted all the same. Default: 150s.")
    private Duration reloadTimeout = Duration.ofSeconds(150);

    /** Where the manifest is on the nodes. */
    protected final String manifest() {
        return manifest;
    }

    /** How kube-apiserver is found on a node, restarted and asked. */
    protected final StaticPodOptions apiserver() {
        StaticPodOptions.Builder options = StaticPodOptions.builder()
                .manifest(manifest)
                .steadyFor(steady)
                .readyTimeout(readyTimeout)
                .reloadTimeout(reloadTimeout)
                .callDeadline(
                        common.deadline.compareTo(Duration.ofSeconds(30)) > 0
                                ? common.deadline
                                : Duration.ofSeconds(30));
        if (restartCommand != null) {
            options.restartCommand(restartCommand);
        }
        if (readyCommand != null) {
            options.readyCommand(readyCommand);
        }
        return options.build();
    }
}
