package io.drkit.etcd;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchEvent;
import io.drkit.keystore.WatchSignal;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchProgressRequest;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One watch on one stream over a connection of its own. Asks gRPC for a message only when one was taken, so that what the reader does not take
 * stays at the server but for two messages and the connection's window. Asks etcd to end it when its member loses the leader, which would
 * otherwise be silence.
 */
final class EtcdWatch implements Watch {

    private static final int MESSAGES_HELD = 2;
    /** A message that was asked for when the last was taken may be on its way from the connection's window: who did not wait would see two and no more. */
    private static final Duration HANDED_OVER = Duration.ofMillis(2);

    private static final Metadata.Key<String> NEEDS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final Cluster cluster;
    private final Endpoint endpoint;
    private final ManagedChannel channel;
    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private final long startRevision;
    private final Consumer<EtcdWatch> onClose;
    private final Stream stream = new Stream();
    private @Nullable Boolean progressIsTrue;
    private @Nullable DrException over;
    private boolean isContinued;
    private boolean isFlowing;
    private long createdAt;
    private long delivered;

    EtcdWatch(Cluster cluster, KeyRange range, long startRevision, Consumer<EtcdWatch> onClose) {
        this.onClose = onClose;
        this.cluster = cluster;
        this.endpoint = cluster.preferred();
        this.channel = endpoint.watchChannel();
        this.startRevision = startRevision;
        this.delivered = startRevision - 1;
        try {
            Metadata headers = new Metadata();
            headers.put(NEEDS_LEADER, "true");
            Channel authorized = cluster.authorized(channel);
            WatchGrpc.newStub(authorized)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .watch(stream);
            stream.send(Wire.watch(range, startRevision, endpoint.fragmentsWatches));
        } catch (StatusRuntimeException e) {
            arrivals.add(Arrival.end(e));
        }
    }

    @Override
    public WatchSignal next(Duration timeout) throws InterruptedException {
        if (over != null) {
            throw over;
        }
        long patience = isFlowing ? Math.max(timeout.toNanos(), HANDED_OVER.toNanos()) : timeout.toNanos();
        long deadline = System.nanoTime() + patience;
        while (true) {
            Arrival arrival = arrivals.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            isFlowing = arrival != null;
            if (arrival == null) {
                return new WatchSignal.Idle();
            }
            try {
                if (arrival.end != null) {
                    throw ended(arrival.end);
                }
                stream.requestOne();
                WatchSignal signal = arrival.response == null ? null : signal(arrival.response);
                if (signal != null) {
                    return signal;
                }
            } catch (DrException e) {
                over = e;
                close();
                throw e;
            }
        }
    }

    private @Nullable WatchSignal signal(WatchResponse response) throws InterruptedException {
        if (response.getCanceled()) {
            throw canceled(response);
        }
        if (response.getCreated()) {
            createdAt = response.getHeader().getRevision();
            if (createdAt >= startRevision) {
                requireNotCompacted(startRevision - 1);
            }
            return null;
        }
        if (response.getEventsCount() > 0) {
            List<WatchEvent> events =
                    response.getEventsList().stream().map(Wire::event).toList();
            if (!isContinued && events.get(0).revision() <= createdAt) {
                requireNotCompacted(delivered);
            }
            isContinued = Wire.isFragment(response);
            delivered = events.get(events.size() - 1).revision();
            return new WatchSignal.Events(events, isContinued);
        }
        return tellsProgressTruly() && !isContinued
                ? new WatchSignal.Progress(response.getHeader().getRevision())
                : new WatchSignal.Alive();
    }

    /**
     * A compaction takes the deletions made at its own revision with it, and etcd before 3.4.36 and 3.5.18 then passes over them in the backlog of a
     * watch without a word (etcd issue 19179). So what comes from a backlog counts only if what precedes it can still be read.
     */
    private void requireNotCompacted(long revision) throws InterruptedException {
        try {
            cluster.requireReadable(Math.max(1, revision));
        } catch (CompactedException e) {
            throw compacted(0);
        } catch (SiteUnreachableException e) {
            if (Thread.interrupted()) {
                over = e;
                throw new InterruptedException();
            }
            throw e;
        }
    }

    private CompactedException compacted(long compactRevision) {
        return new CompactedException(
                "Changes from revision " + startRevision + " on were compacted away at etcd at " + endpoint + ".",
                compactRevision);
    }

    /** All members are asked, for the reader may be told of one what another did; once a watch, and only when it matters. */
    private boolean tellsProgressTruly() throws InterruptedException {
        if (progressIsTrue == null) {
            var statuses = cluster.statuses();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            progressIsTrue = !statuses.isEmpty()
                    && statuses.stream()
                            .allMatch(status ->
                                    ServerVersion.parse(status.getVersion()).tellsProgressTruly());
        }
        return progressIsTrue;
    }

    private DrException canceled(WatchResponse response) {
        String reason = response.getCancelReason();
        if (response.getCompactRevision() > 0) {
            return compacted(response.getCompactRevision());
        }
        // A forgotten token shows as a lack of permission, too.
        cluster.forgetLogin();
        return new SiteUnreachableException("etcd at " + endpoint + " ended the watch: "
                + (reason.isEmpty()
                        ? "it is not permitted, or the log-in has expired"
                        : reason.replace("etcdserver: ", ""))
                + ".");
    }

    private DrException ended(StatusRuntimeException failure) {
        if (failure.getStatus().getCode() == Status.Code.CANCELLED) {
            return new SiteUnreachableException("The watch at " + endpoint + " was closed.", failure);
        }
        if (Failures.isTooLargeAnAnswer(failure)) {
            // Only now, for etcd takes a time that grows with the square of the number of events to make fragments.
            endpoint.fragmentsWatches = true;
            return new SiteUnreachableException(
                    "The changes to be watched at " + endpoint
                            + " do not fit in one message; the next watch asks for fragments.",
                    failure);
        }
        cluster.avoid(endpoint);
        if (Failures.tokenRefused(failure)) {
            cluster.forgetLogin();
        }
        String otherwise = "The watch ended. " + Failures.sentence(failure, "at " + endpoint);
        boolean connection =
                failure.getStatus().getCode() == Status.Code.UNAVAILABLE && !Failures.mentions(failure, "etcdserver");
        return new SiteUnreachableException(connection ? cluster.explain(endpoint, otherwise) : otherwise, failure);
    }

    @Override
    public void requestProgress() {
        stream.send(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
    }

    @Override
    public void close() {
        onClose.accept(this);
        stream.release();
        channel.shutdownNow();
        arrivals.add(Arrival.end(Status.CANCELLED.asRuntimeException()));
    }

    /** A message, or else the end of the stream. */
    private record Arrival(
            @Nullable WatchResponse response, @Nullable StatusRuntimeException end) {

        static Arrival message(WatchResponse response) {
            return new Arrival(response, null);
        }

        static Arrival end(StatusRuntimeException cause) {
            return new Arrival(null, cause);
        }
    }

    /** Both directions of the stream; gRPC wants its senders one at a time. */
    private final class Stream implements ClientResponseObserver<WatchRequest, WatchResponse> {

        private @Nullable ClientCallStreamObserver<WatchRequest> requests;
        private volatile boolean isReleased;

        @Override
        public synchronized void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
            this.requests = requests;
            requests.disableAutoRequestWithInitial(MESSAGES_HELD);
        }

        synchronized void send(WatchRequest request) {
            if (requests != null && !channel.isShutdown()) {
                try {
                    requests.onNext(request);
                } catch (IllegalStateException e) {
                    // The stream has ended meanwhile; next() tells why.
                }
            }
        }

        synchronized void requestOne() {
            if (requests != null) {
                requests.request(1);
            }
        }

        /**
         * Ends the stream, and takes what has come and was not asked for: once the connection has broken, nothing else makes gRPC give its
         * buffers back, which are off the heap.
         */
        synchronized void release() {
            if (requests != null && !isReleased) {
                isReleased = true;
                requests.cancel("the watch was closed", null);
                requests.request(Integer.MAX_VALUE);
            }
        }

        @Override
        public void onNext(WatchResponse response) {
            if (!isReleased) {
                arrivals.add(Arrival.message(response));
            }
        }

        @Override
        public void onError(Throwable failure) {
            arrivals.add(Arrival.end(Status.fromThrowable(failure).asRuntimeException()));
        }

        @Override
        public void onCompleted() {
            arrivals.add(Arrival.end(Status.UNAVAILABLE
                    .withDescription("etcdserver: the stream was ended by the server")
                    .asRuntimeException()));
        }
    }
}
