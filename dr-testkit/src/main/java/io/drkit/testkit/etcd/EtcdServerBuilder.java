package io.drkit.testkit.etcd;

import io.drkit.testkit.machine.Machine;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an {@link EtcdServer} shall be like. Not thread-safe. */
public final class EtcdServerBuilder {

    private static final int ATTEMPTS = 5;

    EtcdBinary binary = EtcdBinary.installed();
    int members = 1;

    @Nullable Machine machine;

    boolean tls;
    boolean clientCertificates;
    boolean expiredCertificate;

    @Nullable String rootPassword;

    long quotaBytes;

    @Nullable String compactionMode;

    String compactionRetention = "0";
    List<String> flags = List.of();

    @Nullable Path snapshot;

    long bumpRevision;

    EtcdServerBuilder() {}

    /** Default: {@link EtcdBinary#installed}. */
    public EtcdServerBuilder binary(EtcdBinary binary) {
        this.binary = binary;
        return this;
    }

    /** How many members: 1, the default, or 3. */
    public EtcdServerBuilder members(int members) {
        if (members != 1 && members != 3) {
            throw new IllegalArgumentException("members must be 1 or 3, not " + members);
        }
        this.members = members;
        return this;
    }

    /** It runs on this machine, and listens at port 2379 there; one member, without TLS. Default: here. */
    public EtcdServerBuilder on(Machine machine) {
        this.machine = machine;
        return this;
    }

    /** Clients connect by TLS. Default: without. */
    public EtcdServerBuilder tls() {
        this.tls = true;
        return this;
    }

    /** Clients connect by TLS and have to show a certificate. */
    public EtcdServerBuilder mutualTls() {
        this.clientCertificates = true;
        return tls();
    }

    /** Clients connect by TLS, and the server's certificate has expired. */
    public EtcdServerBuilder expiredCertificate() {
        this.expiredCertificate = true;
        return tls();
    }

    /** Users have to log in; {@code root} has this password. Default: without users. */
    public EtcdServerBuilder auth(String rootPassword) {
        this.rootPassword = rootPassword;
        return this;
    }

    /** The space quota of the database in bytes. Default: etcd's, 2 GiB. */
    public EtcdServerBuilder quotaBytes(long quotaBytes) {
        this.quotaBytes = quotaBytes;
        return this;
    }

    /**
     * @param mode {@code periodic} or {@code revision}
     * @param retention such as {@code 1m}, or {@code 1000} revisions
     */
    public EtcdServerBuilder autoCompaction(String mode, String retention) {
        this.compactionMode = mode;
        this.compactionRetention = retention;
        return this;
    }

    /** More of etcd's flags, such as {@code --max-txn-ops=20000}. */
    public EtcdServerBuilder flags(String... flags) {
        this.flags = List.of(flags);
        return this;
    }

    /** Start with the content of a snapshot, and with its users if {@link #auth} gives the password root has there. Default: empty. */
    public EtcdServerBuilder restoredFrom(Path snapshot) {
        this.snapshot = snapshot;
        return this;
    }

    /** Raise the revision of the {@linkplain #restoredFrom snapshot}, and compact all before it: from etcd 3.5.10. */
    public EtcdServerBuilder bumpRevision(long by) {
        this.bumpRevision = by;
        return this;
    }

    /** Starts the server and waits until it is ready. */
    public EtcdServer start() {
        if (machine != null && (members > 1 || tls)) {
            throw new IllegalArgumentException("On a machine of its own an etcd has one member, without TLS.");
        }
        for (int attempt = 1; ; attempt++) {
            EtcdServer server = new EtcdServer(this);
            try {
                server.firstStart();
                return server;
            } catch (RuntimeException e) {
                String log = server.logTail();
                server.close();
                boolean portTaken = log.contains("address already in use") || log.contains("has duplicate url");
                if (attempt == ATTEMPTS || !portTaken) {
                    throw e;
                }
            }
        }
    }
}
