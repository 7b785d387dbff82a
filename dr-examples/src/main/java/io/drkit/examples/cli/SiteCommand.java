package io.drkit.examples.cli;

import io.drkit.SiteUnreachableException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.TransformingKeyStore;
import io.drkit.encryption.ValueTransformer;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.etcd.encryption.LocalValueCipher;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keyspace.RegistryKey;
import io.drkit.keystore.KeyStore;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeGroup;
import io.drkit.ssh.SshConnection;
import io.drkit.ssh.SshNodeAccess;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command that talks to a site has: its options, its output, and the connection that it closes in the end. */
@Command(sortOptions = false)
public abstract class SiteCommand extends StoppableCommand {

    private @Nullable CommandSpec spec;

    /** Called by picocli before it parses a command line. */
    @Spec
    void declaredAs(CommandSpec spec) {
        this.spec = spec;
        declareSites(spec);
    }

    abstract void declareSites(CommandSpec spec);

    /** Where the result goes. */
    protected final Output output() {
        return new Output(common.format, spec().commandLine().getOut());
    }

    /** Where the command shows how it comes along. */
    protected final Progress progress() {
        return new Progress(spec().commandLine().getErr(), Boolean.getBoolean("drkit.terminal"));
    }

    /** Where the command says what is worth knowing beside its result. */
    protected final PrintWriter err() {
        return spec().commandLine().getErr();
    }

    /** Where snapshots are kept: a folder here, or {@code NODE:/folder}, where NODE is named under nodes: in --config. */
    protected final SnapshotPlace place(String text) {
        return SnapshotPlace.of(text, common.config, this::usage);
    }

    /** That a file could not be written, in one sentence. */
    protected static IllegalArgumentException unwritable(IOException e) {
        return FileCommand.unwritable(e);
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

    /** A command about a primary and its standby. */
    public abstract static class OfPair extends SiteCommand {

        @Mixin
        private ScopeOptions scopeOptions = new ScopeOptions();

        private @Nullable MirrorScope scope;
        private @Nullable SiteOptions from;
        private @Nullable SiteOptions to;
        private @Nullable Reencryption reencryption;

        protected abstract int run(KeyStore primary, KeyStore standby) throws Exception;

        /** Whether something is left to do without the primary. */
        protected boolean doesWithoutPrimary() {
            return false;
        }

        /** Called instead of {@link #run} where the primary cannot be reached and {@link #doesWithoutPrimary}. */
        protected int runWithoutPrimary(SiteUnreachableException why, KeyStore standby) throws Exception {
            throw why;
        }

        protected final MirrorScope scope() {
            if (scope == null) {
                scope = scopeOptions.scope(this::usage);
            }
            return scope;
        }

        @Override
        void declareSites(CommandSpec spec) {
            from = new SiteOptions("from", "primary", spec);
            to = new SiteOptions("to", "standby", spec);
            from.addEncryptionConfig("--from-encryption-config");
            to.addEncryptionConfig("--to-encryption-config");
        }

        @Override
        int connectAndRun() throws Exception {
            String registryPrefix = scope().registryPrefix();
            SiteOptions from = SiteOptions.declared(this.from);
            SiteOptions to = SiteOptions.declared(this.to);
            EtcdConnection first = doesWithoutPrimary() ? from.connectionIfUp(common) : from.connection(common);
            EtcdConnection second = to.connection(common);
            Optional<EncryptionConfig> there = from.encryptionConfig(common);
            Optional<EncryptionConfig> here = to.encryptionConfig(common);
            if (there.isPresent() != here.isPresent()) {
                throw usage("To re-encrypt between the sites, give the encryption configurations of both; for a site"
                        + " without, one with the provider identity.");
            }
            KeyStore reached;
            try {
                reached = EtcdKeyStore.connect(first);
            } catch (SiteUnreachableException e) {
                if (!doesWithoutPrimary()) {
                    throw e;
                }
                try (KeyStore standby = EtcdKeyStore.connect(second)) {
                    return runWithoutPrimary(e, standby);
                }
            }
            try (KeyStore primary = reached;
                    KeyStore standby = EtcdKeyStore.connect(second)) {
                if (there.isEmpty() || here.isEmpty()) {
                    return run(primary, standby);
                }
                Reencryption sites = new Reencryption(primary, there.get(), standby, here.get(), registryPrefix);
                reencryption = sites;
                return run(sites.primary(), sites.standby());
            }
        }

        /** Values that their site's configuration does not read; empty where none was given. */
        protected final Optional<UnreadableValues> unreadable() {
            return Optional.ofNullable(reencryption).map(Reencryption::unreadable);
        }
    }

    /** A command about a scope, to which a site may be named that has values. */
    public abstract static class OfScope extends SiteCommand {

        @Mixin
        private ScopeOptions scopeOptions = new ScopeOptions();

        private @Nullable SiteOptions at;

        /** @param store values in it are decrypted if the site's encryption configuration was given; null where no site was named */
        protected abstract int run(MirrorScope scope, @Nullable KeyStore store) throws Exception;

        @Override
        void declareSites(CommandSpec spec) {
            at = new SiteOptions("at", "", spec);
            at.addEncryptionConfig("--encryption-config");
        }

        @Override
        int connectAndRun() throws Exception {
            MirrorScope scope = scopeOptions.scope(this::usage);
            SiteOptions at = SiteOptions.declared(this.at);
            if (!at.isGiven()) {
                if (at.isPartlyGiven()) {
                    throw usage("Missing required option '--at', for there are others about the site");
                }
                return run(scope, null);
            }
            EtcdConnection connection = at.connection(common);
            Optional<EncryptionConfig> config = at.encryptionConfig(common);
            try (KeyStore store = EtcdKeyStore.connect(connection)) {
                if (config.isEmpty()) {
                    return run(scope, store);
                }
                ValueTransformer transformer =
                        new ValueTransformer(config.get(), new LocalValueCipher(), scope.registryPrefix());
                return run(scope, new TransformingKeyStore(store, transformer, transformer));
            }
        }
    }

    /** A command about one site. */
    public abstract static class OfOne extends SiteCommand {

        private @Nullable SiteOptions at;

        protected abstract int run(EtcdKeyStore store) throws Exception;

        @Override
        void declareSites(CommandSpec spec) {
            at = new SiteOptions("at", "", spec);
        }

        @Override
        int connectAndRun() throws Exception {
            try (EtcdKeyStore store =
                    EtcdKeyStore.connect(SiteOptions.declared(at).connection(common))) {
                return run(store);
            }
        }
    }

    /** A command to which a site may be named. */
    public abstract static class OfOneIfNamed extends SiteCommand {

        private @Nullable SiteOptions at;

        protected abstract int run(Optional<KeyStore> store) throws Exception;

        @Override
        void declareSites(CommandSpec spec) {
            at = new SiteOptions("at", "", spec);
        }

        @Override
        int connectAndRun() throws Exception {
            SiteOptions at = SiteOptions.declared(this.at);
            if (!at.isGiven()) {
                if (at.isPartlyGiven()) {
                    throw usage("Missing required option '--at', for there are others about the site");
                }
                return run(Optional.empty());
            }
            try (KeyStore store = EtcdKeyStore.connect(at.connection(common))) {
                return run(Optional.of(store));
            }
        }
    }

    /** A command about what is kept somewhere, and no site. */
    public abstract static class OfNoSite extends SiteCommand {

        protected abstract int run() throws Exception;

        @Override
        void declareSites(CommandSpec spec) {
            // None.
        }

        @Override
        int connectAndRun() throws Exception {
            return run();
        }
    }

    /** A command about how one site's values are encrypted. */
    public abstract static class OfEncryption extends SiteCommand {

        @Option(
                names = "--registry-prefix",
                paramLabel = "PREFIX",
                description = "kube-apiserver's --etcd-prefix. Default: " + RegistryKey.DEFAULT_PREFIX)
        private String registryPrefix = RegistryKey.DEFAULT_PREFIX;

        private @Nullable SiteOptions at;

        protected abstract int run(KeyStore store, ValueTransformer transformer) throws Exception;

        @Override
        void declareSites(CommandSpec spec) {
            at = new SiteOptions("at", "", spec);
            at.addEncryptionConfig("--encryption-config");
        }

        @Override
        int connectAndRun() throws Exception {
            SiteOptions at = SiteOptions.declared(this.at);
            EtcdConnection connection = at.connection(common);
            EncryptionConfig config = at.encryptionConfig(common)
                    .orElseThrow(() -> usage("Missing required option '--encryption-config': the"
                            + " EncryptionConfiguration of the site's kube-apiservers"));
            try (KeyStore store = EtcdKeyStore.connect(connection)) {
                return run(store, new ValueTransformer(config, new LocalValueCipher(), registryPrefix));
            }
        }
    }

    /** A command about a standby, to which its primary may be named. */
    public abstract static class OfStandby extends SiteCommand {

        private @Nullable SiteOptions from;
        private @Nullable SiteOptions to;

        protected abstract int run(KeyStore standby, @Nullable KeyStore primary) throws Exception;

        @Override
        void declareSites(CommandSpec spec) {
            from = new SiteOptions("from", "", spec);
            to = new SiteOptions("to", "standby", spec);
        }

        @Override
        int connectAndRun() throws Exception {
            SiteOptions from = SiteOptions.declared(this.from);
            try (KeyStore standby =
                            EtcdKeyStore.connect(SiteOptions.declared(to).connection(common));
                    KeyStore primary = from.isGiven() ? EtcdKeyStore.connect(from.connection(common)) : null) {
                return run(standby, primary);
            }
        }
    }

    /** A command about the control-plane nodes of sites. */
    public abstract static class OfNodes extends SiteCommand {

        @Option(
                names = "--at",
                paramLabel = "SITE",
                split = ",",
                description =
                        "Whose nodes: sites as named under nodes: in --config. Default, where nothing is changed: all"
                                + " there.")
        private List<String> at = List.of();

        @Option(names = "--parallel", paramLabel = "N", description = "On how many nodes at a time. Default: 8.")
        private int parallel = 8;

        private List<SshConnection> connections = List.of();

        /** Whether it is about all sites where none is named; else about one that must be. */
        protected boolean takesAllSites() {
            return true;
        }

        /** How the nodes are reached, in the order of the group's nodes. */
        protected final List<SshConnection> connections() {
            return connections;
        }

        /**
         * The command itself.
         *
         * @param siteOf the site of each node, in the order of the group's nodes
         */
        protected abstract int run(NodeGroup nodes, List<String> siteOf) throws Exception;

        /** How long one look at a node may take. */
        protected final Duration deadline() {
            return common.deadline;
        }

        @Override
        void declareSites(CommandSpec spec) {
            // Sites are named by --at.
        }

        @Override
        int connectAndRun() throws Exception {
            if (common.config == null) {
                throw usage("Missing required option '--config': the file that names the nodes");
            }
            if (!takesAllSites() && at.size() != 1) {
                throw usage("Missing required option '--at': the one site whose nodes are meant");
            }
            if (parallel < 1) {
                throw usage("--parallel must be at least 1");
            }
            ConfigFile config = ConfigFile.read(common.config, System::getenv);
            List<SshConnection> reached = new ArrayList<>();
            List<String> siteOf = new ArrayList<>();
            for (String site : at.isEmpty() ? config.sitesWithNodes() : at) {
                for (SshConnection to : config.nodes(site)) {
                    reached.add(to);
                    siteOf.add(site);
                }
            }
            connections = List.copyOf(reached);
            List<SshNodeAccess> nodes =
                    connections.stream().map(SshNodeAccess::new).toList();
            try {
                return run(NodeGroup.of(nodes, parallel), siteOf);
            } finally {
                nodes.forEach(NodeAccess::close);
            }
        }
    }
}
