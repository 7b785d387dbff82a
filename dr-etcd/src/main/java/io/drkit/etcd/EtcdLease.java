package io.drkit.etcd;

import io.drkit.keystore.Lease;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease and the thread that renews it, every third of its time to live. Whether it lives is reckoned from when the last successful renewal was
 * sent, by this machine's monotonic clock: never later than etcd would let it expire.
 */
final class EtcdLease implements Lease {

    private static final Logger log = LoggerFactory.getLogger(EtcdLease.class);
    private static final Duration REVOKE_TIMEOUT = Duration.ofSeconds(2);

    private final Cluster cluster;
    private final long id;
    private final Duration timeToLive;
    private final Thread renewer;
    private final Consumer<EtcdLease> onClose;
    private long expiry;
    private boolean dead;
    private boolean closed;

    /** @param sent when its grant was sent, by {@link System#nanoTime} */
    EtcdLease(Cluster cluster, long id, Duration timeToLive, long sent, Consumer<EtcdLease> onClose) {
        this.onClose = onClose;
        this.cluster = cluster;
        this.id = id;
        this.timeToLive = timeToLive;
        this.expiry = sent + timeToLive.toNanos();
        this.renewer = new Thread(this::renewUntilClosed, "drkit-etcd-lease-" + Long.toHexString(id));
        renewer.setDaemon(true);
        renewer.start();
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public synchronized boolean isAlive() {
        if (!dead && System.nanoTime() - expiry >= 0) {
            dead = true;
            log.warn("The lease {} at etcd {} could not be renewed in time.", Long.toHexString(id), cluster.name());
        }
        return !dead;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            dead = true;
        }
        onClose.accept(this);
        renewer.interrupt();
        try {
            cluster.readRaw(
                    LeaseGrpc.getLeaseRevokeMethod(),
                    LeaseRevokeRequest.newBuilder().setID(id).build(),
                    REVOKE_TIMEOUT);
        } catch (Cluster.Refused | RuntimeException e) {
            log.debug("The lease {} was not revoked; it expires by itself.", Long.toHexString(id), e);
        }
    }

    private void renewUntilClosed() {
        Duration interval = timeToLive.dividedBy(3);
        try {
            while (isAlive()) {
                Thread.sleep(interval.toMillis());
                renew(interval);
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void renew(Duration timeout) throws InterruptedException {
        long sent = System.nanoTime();
        try {
            LeaseKeepAliveResponse answer = cluster.readRaw(
                    LeaseGrpc.getLeaseKeepAliveMethod(),
                    LeaseKeepAliveRequest.newBuilder().setID(id).build(),
                    timeout);
            synchronized (this) {
                if (answer.getTTL() <= 0) {
                    dead = true;
                    log.warn("The lease {} at etcd {} has expired.", Long.toHexString(id), cluster.name());
                } else if (isAlive()) {
                    expiry = sent + timeToLive.toNanos();
                }
            }
        } catch (Cluster.Refused | RuntimeException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            log.debug("The lease {} was not renewed; trying again.", Long.toHexString(id), e);
        }
    }
}
