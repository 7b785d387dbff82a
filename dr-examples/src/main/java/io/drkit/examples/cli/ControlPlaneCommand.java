package io.drkit.examples.cli;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.KeyStore;
import io.drkit.node.NodeAccess;
import io.drkit.rollout.StaticPodOptions;
import io.drkit.ssh.SshNodeAccess;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** A command about the kube-apiservers of sites: their nodes, by SSH, and their etcd, both from the configuration file. */
public abstract class ControlPlaneCommand extends SiteCommand {

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

    private @Nullable ConfigFile config;

    /** The command itself. */
    protected abstract int run() throws Exception;

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

    /** Does something with the nodes of a site, and closes their connections. */
    protected final <T> T withNodes(String site, Function<List<NodeAccess>, T> work) {
        List<NodeAccess> nodes = config().nodes(site).stream()
                .<NodeAccess>map(SshNodeAccess::new)
                .toList();
        try {
            return work.apply(nodes);
        } finally {
            nodes.forEach(NodeAccess::close);
        }
    }

    /** Does something with the etcd of a site, and closes the connection. */
    protected final <T> T withEtcd(String site, Function<KeyStore, T> work) {
        EtcdConnection connection = config().site(site).connection("at", common);
        if (connection.certificate() != null) {
            new CertificateDates(Clock.systemUTC()).require(connection.certificate(), err());
        }
        try (KeyStore store = EtcdKeyStore.connect(connection)) {
            return work.apply(store);
        }
    }

    /** Tells, on stderr, what is being done. */
    protected final Consumer<String> steps() {
        return step -> {
            err().println("drkit: " + step);
            err().flush();
        };
    }

    private ConfigFile config() {
        if (common.config == null) {
            throw usage("Missing required option '--config': the file that names sites and nodes");
        }
        if (config == null) {
            config = ConfigFile.read(common.config, System::getenv);
        }
        return config;
    }

    @Override
    void declareSites(CommandSpec spec) {
        // Sites are named in the configuration file.
    }

    @Override
    int connectAndRun() throws Exception {
        return run();
    }
}
