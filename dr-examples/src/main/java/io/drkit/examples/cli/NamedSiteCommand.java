package io.drkit.examples.cli;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.KeyStore;
import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.node.NodeAccess;
import io.drkit.ssh.SshNodeAccess;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** A command about sites that the configuration file names: their nodes, by SSH, and their etcd. */
public abstract class NamedSiteCommand extends SiteCommand {

    private @Nullable ConfigFile config;

    /** The command itself. */
    protected abstract int run() throws Exception;

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
        try (KeyStore store = EtcdKeyStore.connect(etcd(site))) {
            return work.apply(store);
        }
    }

    /** The names of all sites but one. */
    protected final List<String> sitesBut(String site) {
        return config().sites().keySet().stream()
                .filter(name -> !name.equals(site))
                .toList();
    }

    /** How the etcd of a site is reached. */
    protected final EtcdConnection etcd(String site) {
        EtcdConnection connection = config().site(site).connection("at", common);
        if (connection.certificate() != null) {
            new CertificateDates(Clock.systemUTC()).require(connection.certificate(), err());
        }
        return connection;
    }

    /** How the Kubernetes API of a site is reached, by {@code clusters} in the configuration. */
    protected final KubernetesConnection cluster(String site) {
        return VolumeSettings.read(configFile()).connection(site, common.deadline);
    }

    /** Tells, on stderr, what is being done. */
    protected final Consumer<String> steps() {
        return step -> {
            err().println("drkit: " + step);
            err().flush();
        };
    }

    private ConfigFile config() {
        if (config == null) {
            config = ConfigFile.read(configFile(), System::getenv);
        }
        return config;
    }

    /** The configuration file, which must be given. */
    final Path configFile() {
        if (common.config == null) {
            throw usage("Missing required option '--config': the file that names sites and nodes");
        }
        return common.config;
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
