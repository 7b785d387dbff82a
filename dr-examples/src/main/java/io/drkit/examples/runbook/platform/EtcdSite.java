package io.drkit.examples.runbook.platform;

import io.drkit.SiteUnreachableException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import java.util.Optional;

/** A site's etcd. Thread-safe. */
public final class EtcdSite {

    private final String name;
    private final EtcdConnection connection;
    private final Optional<EncryptionConfig> encryption;
    private final Silence silence = new Silence();

    /**
     * One of the two.
     *
     * @param name of the site, as the configuration has it
     * @param encryption how its kube-apiservers encrypt; empty where that is not told
     */
    public EtcdSite(String name, EtcdConnection connection, Optional<EncryptionConfig> encryption) {
        this.name = name;
        this.connection = connection;
        this.encryption = encryption;
    }

    public String name() {
        return name;
    }

    public EtcdConnection connection() {
        return connection;
    }

    public Optional<EncryptionConfig> encryption() {
        return encryption;
    }

    /** Connects; the caller closes it. Throws as {@link EtcdKeyStore#connect} does. */
    public EtcdKeyStore open() {
        return silence.ask(() -> EtcdKeyStore.connect(connection));
    }

    /**
     * The same, for what goes on without it: a site that did not answer a moment ago is not waited for again.
     *
     * @throws SiteUnreachableException in that case too
     */
    public EtcdKeyStore openUnlessSilent() {
        silence.requireOver();
        return open();
    }

    /** That it takes connections, whatever it says: it is asked again. */
    public void isThere() {
        silence.isOver();
    }

    @Override
    public String toString() {
        return name;
    }
}
