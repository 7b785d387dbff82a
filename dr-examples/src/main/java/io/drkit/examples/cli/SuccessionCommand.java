package io.drkit.examples.cli;

import io.drkit.SiteUnreachableException;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.KeyStore;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** A command about one site ({@code --at}), to which the one may be named that it succeeds, or that succeeds it. */
public abstract class SuccessionCommand extends SiteCommand {

    private final String otherSide;
    private @Nullable SiteOptions at;
    private @Nullable SiteOptions other;

    /** @param otherSide what the option for the other site is called */
    protected SuccessionCommand(String otherSide) {
        this.otherSide = otherSide;
    }

    /** Refuses options that make no sense together, before a site is asked anything. */
    protected void requireSense(boolean otherIsGiven) {}

    /** The command where the other site is not named. */
    protected abstract int run(KeyStore site) throws Exception;

    /** The command where it is. */
    protected abstract int run(KeyStore site, KeyStore other) throws Exception;

    /** The command where the other site is named and cannot be reached. */
    protected int runWithoutOther(KeyStore site, SiteUnreachableException why) throws Exception {
        throw why;
    }

    @Override
    void declareSites(CommandSpec spec) {
        at = new SiteOptions("at", "", spec);
        other = new SiteOptions(otherSide, "", spec);
    }

    @Override
    int connectAndRun() throws Exception {
        SiteOptions options = SiteOptions.declared(other);
        requireSense(options.isGiven());
        EtcdConnection connection = SiteOptions.declared(at).connection(common);
        EtcdConnection second = options.isGiven() ? options.connectionIfUp(common) : null;
        try (KeyStore site = EtcdKeyStore.connect(connection)) {
            if (second == null) {
                return run(site);
            }
            EtcdKeyStore reached;
            try {
                reached = EtcdKeyStore.connect(second);
            } catch (SiteUnreachableException e) {
                return runWithoutOther(site, e);
            }
            try (reached) {
                return run(site, reached);
            }
        }
    }
}
