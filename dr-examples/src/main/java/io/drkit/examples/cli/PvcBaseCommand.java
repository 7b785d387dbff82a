package io.drkit.examples.cli;

import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.KubernetesQuiescer;
import io.drkit.volsync.VolSyncOptions;
import io.drkit.volsync.VolSyncPvcReplicator;
import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.SwitchoverOptions;
import io.drkit.workload.Claims;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What every command about application volumes has: which claims, between which sites, and the clients that it closes in the end. */
@Command(sortOptions = false)
public abstract class PvcBaseCommand extends StoppableCommand {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");

    @Parameters(paramLabel = "CLAIM", arity = "0..*", description = "PersistentVolumeClaims by name.")
    private List<String> names = List.of();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            required = true,
            description = "The namespace of the claims, which has the same name on both sites.")
    private String namespace = "";

    @Option(
            names = {"-l", "--selector"},
            paramLabel = "LABELS",
            description = "Instead of names: every claim that carries these labels, as for kubectl: app=shop")
    private @Nullable String selector;

    @Option(
            names = "--app",
            paramLabel = "NAME",
            description = "Instead of names: every claim of this application, by the label that Helm and others give:"
                    + " short for --selector app.kubernetes.io/instance=NAME")
    private @Nullable String app;

    @Option(
            names = "--from",
            paramLabel = "SITE",
            description = "The source, as named under clusters: in --config. Default: primary.")
    private @Nullable String from;

    @Option(
            names = "--to",
            paramLabel = "SITE",
            description = "The destination. Default: standby, or of two clusters the other one.")
    private @Nullable String to;

    @Option(names = "--parallel", paramLabel = "N", description = "How many claims at a time. Default: 8.")
    private @Nullable Integer parallel;

    @Spec
    private @Nullable CommandSpec spec;

    private String source = "primary";
    private String destination = "standby";
    private VolSyncOptions options = VolSyncOptions.DEFAULTS;

    /** The command itself. */
    protected abstract int run(PvcSwitchover volumes, Claims claims) throws InterruptedException;

    /** What the command line says beyond the configuration's part {@code volumes}. */
    protected void choose(VolSyncOptions.Builder options) {
        // Most say nothing.
    }

    /** The same of how applications are moved. */
    protected SwitchoverOptions choose(SwitchoverOptions options) {
        return options;
    }

    /** Whether it has something to do or to say while a site is down. */
    protected boolean copesWithASiteDown() {
        return false;
    }

    @Override
    final int connectAndRun() throws InterruptedException {
        Claims claims = claims();
        Path file = config();
        VolumeSettings.Parts settings = VolumeSettings.read(file);
        chooseSites(settings);
        VolSyncOptions.Builder builder = settings.options();
        choose(builder);
        options = builder.build();
        SwitchoverOptions how = choose(settings.volumes().switchover(file));
        if (parallel != null) {
            how = how.parallel(parallel);
        }
        try (KubernetesClient here = open(settings.connection(source, common.deadline));
                KubernetesClient there = open(settings.connection(destination, common.deadline));
                Progress progress = new Progress(err(), Boolean.getBoolean("drkit.terminal"), "claims")) {
            PvcSwitchover volumes = new PvcSwitchover(
                    new VolSyncPvcReplicator(
                            settings.volumes().site(file, source, here),
                            settings.volumes().site(file, destination, there),
                            options),
                    new KubernetesQuiescer(here),
                    new KubernetesQuiescer(there),
                    how,
                    (what, done, total) -> tell(progress, what, done, total));
            return run(volumes, claims);
        }
    }

    private KubernetesClient open(KubernetesConnection connection) {
        return copesWithASiteDown() ? connection.openUnseen() : connection.open();
    }

    private static void tell(Progress progress, String what, int done, int total) {
        if (total == 0) {
            progress.step(what);
        } else {
            progress.update(what, done, total, "");
        }
    }

    private void chooseSites(VolumeSettings.Parts settings) {
        source = from != null ? from : Objects.requireNonNullElse(to == null ? null : settings.other(to), "primary");
        destination = to != null ? to : Objects.requireNonNullElse(settings.other(source), "standby");
        if (source.equals(destination)) {
            throw usage("--from and --to are the same site, " + source);
        }
    }

    private Claims claims() {
        long ways = Stream.of(!names.isEmpty(), selector != null, app != null)
                .filter(given -> given)
                .count();
        if (ways != 1) {
            throw usage("Which claims? Give their names, or --selector, or --app, one of these");
        }
        requireName("--namespace", namespace, NAME);
        if (app != null) {
            requireName("--app", app, LABEL);
            return Claims.labelled(namespace, "app.kubernetes.io/instance=" + app);
        }
        if (selector != null) {
            if (selector.isBlank()) {
                throw usage("--selector is empty, and would mean every claim");
            }
            return Claims.labelled(namespace, selector);
        }
        names.forEach(name -> requireName("CLAIM", name, NAME));
        return Claims.named(namespace, names);
    }

    private void requireName(String what, String name, Pattern form) {
        if (!form.matcher(name).matches()) {
            throw usage(what + ": '" + name + "' is no name in Kubernetes");
        }
    }

    private Path config() {
        if (common.config == null) {
            throw usage(
                    "Missing required option '--config': the clusters, and how volumes are replicated, stand there");
        }
        return common.config;
    }

    /** How claims are replicated, by configuration and command line. */
    protected final VolSyncOptions options() {
        return options;
    }

    /** The namespace of the claims. */
    protected final String namespace() {
        return namespace;
    }

    /** How the source is named. */
    protected final String source() {
        return source;
    }

    /** How the destination is named. */
    protected final String destination() {
        return destination;
    }

    /** Whether the result is one JSON document. */
    protected final boolean isJson() {
        return common.format == Output.Format.JSON;
    }

    /** Where the result goes. */
    protected final Output output() {
        return new Output(common.format, spec().commandLine().getOut());
    }

    /** Where a command writes that goes on and on: stdout. */
    protected final PrintWriter out() {
        return spec().commandLine().getOut();
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
