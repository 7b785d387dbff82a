package io.drkit.etcd;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.StoreStatus;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Watch;
import io.drkit.snapshot.SnapshotSource;
import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.StatusResponse;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A {@link KeyStore} on an etcd cluster, 3.4 or newer. Reads go on at another endpoint when one fails; a write is sent once, over a connection
 * known to be up. Thread-safe; close it to end its connections, watches and lease renewals.
 */
public final class EtcdKeyStore implements KeyStore {

    private final Cluster cluster;
    private final PageSize pages = new PageSize(8 << 10);
    private final PageSize keyPages = new PageSize(512);
    private final Set<AutoCloseable> opened = ConcurrentHashMap.newKeySet();

    private EtcdKeyStore(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Connects, logs in, and proves it by a read.
     *
     * @throws SiteUnreachableException within the connect timeout, saying what is wrong, when no endpoint can be used
     * @throws IllegalArgumentException when a certificate or key file does not hold one
     */
    public static EtcdKeyStore connect(EtcdConnection connection) {
        Cluster cluster = new Cluster(connection);
        try {
            cluster.readRaw(KVGrpc.getRangeMethod(), Wire.countAt(0), connection.connectTimeout());
            return new EtcdKeyStore(cluster);
        } catch (Cluster.Refused e) {
            cluster.close();
            throw Failures.ofRead(e.failure, "at " + e.endpoint);
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** Its members as sources of snapshots, over the connections of this store. A user who is logged in must have the role {@code root}. */
    public SnapshotSource snapshots() {
        return new EtcdSnapshots(cluster);
    }

    @Override
    public String name() {
        return cluster.name();
    }

    @Override
    public StoreStatus status() {
        RangeResponse newest = cluster.read(KVGrpc.getRangeMethod(), Wire.countAt(0));
        List<StatusResponse> members = cluster.statuses();
        if (members.isEmpty()) {
            throw new SiteUnreachableException("No member of etcd at " + name() + " told its status.");
        }
        return new StoreStatus(
                newest.getHeader().getClusterId(),
                newest.getHeader().getRevision(),
                members.stream().mapToLong(StatusResponse::getRaftIndex).max().orElse(0),
                members.stream()
                        .map(StatusResponse::getVersion)
                        .min((a, b) -> ServerVersion.parse(a).compareTo(ServerVersion.parse(b)))
                        .orElse(""),
                members.stream().mapToLong(StatusResponse::getDbSize).max().orElse(0),
                members.stream()
                        .flatMap(member -> member.getErrorsList().stream())
                        .anyMatch(error -> error.contains("NOSPACE")));
    }

    @Override
    public Page range(RangeRequest request) {
        RangeRequest part = PageSize.within(request);
        return part.equals(request) ? ask(request) : goOn(ask(part), request);
    }

    /** If the request sent ahead fails, it is made again as {@link #range} does. */
    @Override
    public CompletableFuture<Page> fetch(RangeRequest request) {
        RangeRequest part = PageSize.within(request);
        PageSize size = size(request);
        try {
            CompletableFuture<Page> page = cluster.start(KVGrpc.getRangeMethod(), Wire.range(part, size.next(part)))
                    .thenApply(answer -> page(part, size, answer))
                    .exceptionally(failure -> ask(part));
            return part.equals(request) ? page : page.thenApply(found -> goOn(found, request));
        } catch (DrException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What was asked for ended with a resource; what comes after it is not known yet. */
    private Page goOn(Page part, RangeRequest request) {
        return part.entries().isEmpty() ? ask(request) : new Page(part.entries(), true, part.count(), part.revision());
    }

    private PageSize size(RangeRequest request) {
        return request.keysOnly() ? keyPages : pages;
    }

    private Page ask(RangeRequest request) {
        PageSize size = size(request);
        while (true) {
            int limit = size.next(request);
            try {
                return page(request, size, cluster.readRaw(KVGrpc.getRangeMethod(), Wire.range(request, limit)));
            } catch (Cluster.Refused e) {
                if (limit == 1 || !Failures.isTooLargeAnAnswer(e.failure)) {
                    throw Failures.ofRead(e.failure, "at " + e.endpoint);
                }
                size.tooLarge(request, limit);
            }
        }
    }

    private static Page page(RangeRequest request, PageSize size, RangeResponse answer) {
        List<KeyValue> entries = answer.getKvsList().stream().map(Wire::entry).toList();
        size.saw(request, entries);
        return new Page(
                entries,
                answer.getMore(),
                answer.getCount(),
                request.revision() > 0 ? request.revision() : answer.getHeader().getRevision());
    }

    @Override
    public Map<Bytes, KeyValue> read(Collection<Bytes> keys) {
        if (keys.isEmpty()) {
            return Map.of();
        }
        TxnRequest.Builder request = TxnRequest.newBuilder();
        keys.forEach(key -> request.addSuccess(Wire.get(key)));
        Map<Bytes, KeyValue> found = new LinkedHashMap<>();
        for (ResponseOp response :
                cluster.read(KVGrpc.getTxnMethod(), request.build()).getResponsesList()) {
            response.getResponseRange().getKvsList().stream()
                    .map(Wire::entry)
                    .forEach(entry -> found.put(entry.key(), entry));
        }
        return found;
    }

    @Override
    public Watch watch(KeyRange range, long startRevision) {
        if (startRevision < 1 || Wire.isEmpty(range)) {
            throw new IllegalArgumentException("A watch needs a range with keys and a revision from 1 on.");
        }
        EtcdWatch watch = new EtcdWatch(cluster, range, startRevision, opened::remove);
        opened.add(watch);
        return watch;
    }

    @Override
    public CommitResult commit(Transaction transaction) {
        try {
            return result(cluster.once(KVGrpc.getTxnMethod(), Wire.transaction(transaction)));
        } catch (Cluster.Refused e) {
            return Failures.ofCommit(e.failure, "at " + e.endpoint);
        }
    }

    @Override
    public CompletableFuture<CommitResult> submit(Transaction transaction) {
        CompletableFuture<TxnResponse> answer;
        try {
            answer = cluster.start(KVGrpc.getTxnMethod(), Wire.transaction(transaction));
        } catch (DrException e) {
            return CompletableFuture.failedFuture(e);
        }
        return answer.handle((done, failure) -> failure instanceof Cluster.Refused refused
                ? Failures.ofCommit(refused.failure, "at " + refused.endpoint)
                : result(done));
    }

    private static CommitResult result(TxnResponse answer) {
        long revision = answer.getHeader().getRevision();
        return answer.getSucceeded() ? new CommitResult.Committed(revision) : new CommitResult.GuardFailed(revision);
    }

    @Override
    public Lease grantLease(Duration timeToLive) {
        long seconds = Math.max(1, timeToLive.plusMillis(999).toSeconds());
        long sent = System.nanoTime();
        LeaseGrantResponse granted = cluster.read(
                LeaseGrpc.getLeaseGrantMethod(),
                LeaseGrantRequest.newBuilder().setTTL(seconds).build());
        EtcdLease lease =
                new EtcdLease(cluster, granted.getID(), Duration.ofSeconds(granted.getTTL()), sent, opened::remove);
        opened.add(lease);
        return lease;
    }

    @Override
    public void compact(long revision) {
        try {
            cluster.readRaw(
                    KVGrpc.getCompactMethod(),
                    CompactionRequest.newBuilder().setRevision(revision).build());
        } catch (Cluster.Refused e) {
            if (!Failures.mentions(e.failure, "has been compacted")) {
                throw Failures.ofRead(e.failure, "at " + e.endpoint);
            }
        }
    }

    @Override
    public void close() {
        for (AutoCloseable each : opened) {
            if (each instanceof EtcdWatch watch) {
                watch.close();
            } else if (each instanceof EtcdLease lease) {
                lease.close();
            }
        }
        cluster.close();
    }
}
