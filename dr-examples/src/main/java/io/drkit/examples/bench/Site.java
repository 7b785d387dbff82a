package io.drkit.examples.bench;

import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.KeyStore;
import io.drkit.testkit.etcd.EtcdServer;
import java.nio.file.Path;
import java.time.Duration;

/** A real etcd server, empty at first, and a connection to it. */
final class Site implements AutoCloseable {

    private static final long QUOTA_BYTES = 8L << 30;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final EtcdServer server;
    private final EtcdKeyStore store;

    private Site(EtcdServer server, EtcdKeyStore store) {
        this.server = server;
        this.store = store;
    }

    static Site start() {
        return of(EtcdServer.builder().quotaBytes(QUOTA_BYTES).start());
    }

    /** One that begins with the content of a snapshot. */
    static Site restored(Path snapshot) {
        return of(EtcdServer.builder()
                .quotaBytes(QUOTA_BYTES)
                .restoredFrom(snapshot)
                .start());
    }

    /** One that was started; closed with this. */
    static Site of(EtcdServer server) {
        try {
            return new Site(server, connect(server));
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static EtcdKeyStore connect(EtcdServer server) {
        // Long, for a server at its limit is what is measured.
        return EtcdKeyStore.connect(EtcdConnection.to(server.endpoints())
                .deadline(PATIENCE)
                .connectTimeout(PATIENCE)
                .build());
    }

    KeyStore store() {
        return store;
    }

    /** Another connection, to be closed by the caller. */
    EtcdKeyStore connect() {
        return connect(server);
    }

    EtcdServer server() {
        return server;
    }

    String endpoint() {
        return server.endpoint(0);
    }

    double cpuSeconds() {
        return Proc.cpuSeconds(server.pid(0));
    }

    /** Ends the server and deletes its data, also in a thread that was interrupted. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try (server) {
            store.close();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
