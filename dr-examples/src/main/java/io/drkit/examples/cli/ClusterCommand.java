package io.drkit.examples.cli;

import io.drkit.kubernetes.KubernetesConnection;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command about the Kubernetes API of one site: which, and the client that it closes in the end. */
@Command(sortOptions = false)
public abstract class ClusterCommand extends StoppableCommand {

    @Option(names = "--at", paramLabel = "SITE", description = "The site, as named under clusters: in --config.")
    private @Nullable String at;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Instead of --at: a kubeconfig by which the site's API server is reached.")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "Which context of --kubeconfig. Default: its current one.")
    private @Nullable String context;

    @Spec
    private @Nullable CommandSpec spec;

    /** The command itself. */
    protected abstract int run(KubernetesClient client, Progress progress) throws Exception;

    /** What is wrong with the command line, before anything is connected to. */
    protected void check() {
        // Most say nothing.
    }

    /** What {@link Progress} counts. */
    protected abstract String unit();

    @Override
    final int connectAndRun() throws Exception {
        check();
        try (KubernetesClient client = connection().open();
                Progress progress = new Progress(err(), Boolean.getBoolean("drkit.terminal"), unit())) {
            return run(client, progress);
        }
    }

    private KubernetesConnection connection() {
        if ((at == null) == (kubeconfig == null)) {
            throw usage("Which site? Give --at with --config, or --kubeconfig, one of these");
        }
        if (at != null) {
            if (common.config == null) {
                throw usage("Missing required option '--config': the clusters stand there");
            }
            return VolumeSettings.read(common.config).connection(at, common.deadline);
        }
        KubernetesConnection.Builder connection =
                KubernetesConnection.by(Objects.requireNonNull(kubeconfig)).requestTimeout(common.deadline);
        if (context != null) {
            connection.context(context);
        }
        return connection.build();
    }

    /** Where the result goes. */
    protected final Output output() {
        return new Output(common.format, spec().commandLine().getOut());
    }

    /** Where the command says how it comes along. */
    protected final PrintWriter err() {
        return spec().commandLine().getErr();
    }

    /** A usage error in this command. */
    protected final ParameterException usage(String message) {
        return new ParameterException(spec().commandLine(), message);
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("A command is run by picocli.");
        }
        return spec;
    }
}
