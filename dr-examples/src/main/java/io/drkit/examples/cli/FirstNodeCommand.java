package io.drkit.examples.cli;

import io.drkit.SiteUnreachableException;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.node.NodeAccess;
import io.drkit.ssh.SshConnection;
import io.drkit.ssh.SshNodeAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** A command about a site for which any one of its control-plane nodes will do: the first that can be reached. */
public abstract class FirstNodeCommand extends SiteCommand {

    @Option(
            names = "--at",
            paramLabel = "SITE",
            required = true,
            description = "Whose nodes: a site as named under nodes: in --config.")
    private String at = "";

    private @Nullable ConfigFile config;

    /** What is done on a node. */
    public interface OnNode<T> {
        /** @throws SiteUnreachableException when another node shall be tried */
        T on(NodeAccess node) throws IOException;
    }

    protected abstract int run() throws IOException;

    protected final String site() {
        return at;
    }

    /** How long one call to a node may take. */
    protected final Duration deadline() {
        return common.deadline;
    }

    /** Does it on the first node that can be reached, and says which others could not. */
    protected final <T> T onFirstNode(OnNode<T> call) throws IOException {
        Iterator<SshConnection> nodes = config().nodes(at).iterator();
        while (true) {
            try (NodeAccess node = new SshNodeAccess(nodes.next())) {
                return call.on(node);
            } catch (SiteUnreachableException e) {
                if (!nodes.hasNext() || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                err().println("drkit: " + e.getMessage() + " Trying the next node.");
                err().flush();
            }
        }
    }

    /** The files the configuration names for the site: {@code cacert}, {@code cert}, {@code key}; those that it names. */
    protected final List<Path> configuredFiles() {
        SiteSettings settings = config().sites().get(at);
        return settings == null
                ? List.of()
                : Stream.of(settings.cacert(), settings.cert(), settings.key())
                        .flatMap(Stream::ofNullable)
                        .toList();
    }

    /** A path as it is written into the configuration file: relative to it where it lies beneath. */
    protected final String asConfigured(Path file) {
        Path folder = configPath().toAbsolutePath().normalize().getParent();
        Path absolute = file.toAbsolutePath().normalize();
        return (folder != null && absolute.startsWith(folder) ? folder.relativize(absolute) : absolute).toString();
    }

    /**
     * Connects to the site's etcd with these files.
     *
     * @return whether that was tried: not where the configuration names no endpoints of the site
     * @throws SiteUnreachableException when it does not let us in
     */
    protected final boolean connect(Path cacert, Path cert, Path key) {
        SiteSettings settings = config().sites().get(at);
        if (settings == null || settings.endpoints() == null) {
            return false;
        }
        SiteSettings with = new SiteSettings(
                settings.endpoints(),
                cacert,
                cert,
                key,
                settings.user(),
                settings.passwordFile(),
                settings.password(),
                null);
        EtcdKeyStore.connect(with.connection("at", common)).close();
        return true;
    }

    private ConfigFile config() {
        if (config == null) {
            config = ConfigFile.read(configPath(), System::getenv);
        }
        return config;
    }

    private Path configPath() {
        if (common.config == null) {
            throw usage("Missing required option '--config': the file that names the nodes");
        }
        return common.config;
    }

    @Override
    void declareSites(CommandSpec spec) {
        // The site is named by --at.
    }

    @Override
    int connectAndRun() {
        try {
            return run();
        } catch (IOException e) {
            throw FileCommand.unwritable(e);
        }
    }
}
