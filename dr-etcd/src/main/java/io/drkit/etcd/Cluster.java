package io.drkit.etcd;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls to whichever endpoint works. A call is sent only over a connection that is up, so that it is certain when nothing was sent; it goes
 * on at another endpoint only if it may be repeated. Thread-safe.
 */
final class Cluster implements AutoCloseable {

    /** How long a broken connection may take to come back before a call gives it up. */
    private static final Duration RECONNECT = Duration.ofSeconds(1);

    private final EtcdConnection connection;
    private final List<Endpoint> endpoints;
    private final Login login;
    private final Diagnosis diagnosis;
    private final Members members;
    private volatile int preferred;

    Cluster(EtcdConnection connection) {
        this.connection = connection;
        Tls tls = new Tls(connection);
        SslContext context = connection.endpoints().stream().anyMatch(EtcdConnection::isTls) ? tls.forChannels() : null;
        this.endpoints = connection.endpoints().stream()
                .map(uri -> new Endpoint(uri, EtcdConnection.isTls(uri) ? context : null))
                .toList();
        this.login = new Login(connection);
        this.diagnosis = new Diagnosis(connection, tls);
        this.members = new Members(connection, endpoints, login);
    }

    /** The endpoint that worked last. */
    Endpoint preferred() {
        return endpoints.get(preferred);
    }

    /** Calls after this one begin elsewhere. */
    void avoid(Endpoint endpoint) {
        int index = endpoints.indexOf(endpoint);
        if (index == preferred) {
            preferred = (index + 1) % endpoints.size();
        }
    }

    void forgetLogin() {
        login.forget();
    }

    /** A call that may be repeated. */
    <Q, R> R read(MethodDescriptor<Q, R> method, Q request) {
        try {
            return readRaw(method, request, connection.deadline());
        } catch (Refused e) {
            throw Failures.ofRead(e.failure, "at " + e.endpoint);
        }
    }

    /** As {@link #read}, but an error that etcd itself gave is thrown as it is. */
    <Q, R> R readRaw(MethodDescriptor<Q, R> method, Q request) throws Refused {
        return readRaw(method, request, connection.deadline());
    }

    <Q, R> R readRaw(MethodDescriptor<Q, R> method, Q request, Duration timeout) throws Refused {
        long deadline = System.nanoTime() + timeout.toNanos();
        Set<Endpoint> tried = new HashSet<>();
        Refused last = null;
        while (true) {
            Endpoint endpoint = ready(tried, deadline);
            if (endpoint == null) {
                throw last == null ? unreachable(deadline) : last.explained(this, deadline);
            }
            try {
                R answer = send(endpoint, method, request, deadline);
                preferred = endpoints.indexOf(endpoint);
                return answer;
            } catch (StatusRuntimeException e) {
                last = new Refused(endpoint, e);
                if (!Failures.isOfThisEndpoint(e) || Thread.currentThread().isInterrupted()) {
                    throw last;
                }
                tried.add(endpoint);
                avoid(endpoint);
            }
        }
    }

    /**
     * A call that must not be repeated.
     *
     * @throws SiteUnreachableException when it was certainly not sent
     * @throws Refused when it was sent
     */
    <Q, R> R once(MethodDescriptor<Q, R> method, Q request) throws Refused {
        long deadline = System.nanoTime() + connection.deadline().toNanos();
        Open open = open(deadline);
        try {
            return send(open.endpoint(), open.channel(), method, request, deadline);
        } catch (StatusRuntimeException e) {
            throw refused(open.endpoint(), e);
        }
    }

    /**
     * As {@link #once}, without waiting for the answer; what it throws fails the future.
     *
     * @throws SiteUnreachableException when it was certainly not sent
     */
    <Q, R> CompletableFuture<R> start(MethodDescriptor<Q, R> method, Q request) {
        long deadline = System.nanoTime() + connection.deadline().toNanos();
        Open open = open(deadline);
        Answer<R> answer = new Answer<>(failure -> {
            if (login.isNeeded() && Failures.tokenRefused(failure)) {
                login.forget();
            }
            return refused(open.endpoint(), failure);
        });
        ClientCalls.asyncUnaryCall(open.channel().newCall(method, options(deadline)), request, answer);
        return answer.future();
    }

    private Refused refused(Endpoint endpoint, StatusRuntimeException failure) {
        if (Failures.isOfThisEndpoint(failure)) {
            avoid(endpoint);
        }
        return new Refused(endpoint, failure);
    }

    /** A connection that is up, with a log-in. */
    private record Open(Endpoint endpoint, Channel channel) {}

    private Open open(long deadline) {
        Set<Endpoint> tried = new HashSet<>();
        while (true) {
            Endpoint endpoint = ready(tried, deadline);
            if (endpoint == null) {
                throw unreachable(deadline);
            }
            try {
                return new Open(endpoint, login.on(endpoint.channel, deadline));
            } catch (StatusRuntimeException e) {
                if (!Failures.isOfThisEndpoint(e)) {
                    throw new SiteUnreachableException(Failures.sentence(e, "at " + endpoint), e);
                }
                tried.add(endpoint);
                avoid(endpoint);
            }
        }
    }

    /** @throws io.drkit.keystore.CompactedException when the revision was compacted away */
    void requireReadable(long revision) {
        read(KVGrpc.getRangeMethod(), Wire.countAt(revision));
    }

    /** What each member that answers says of itself. */
    List<StatusResponse> statuses() {
        return members.ask().stream().map(Members.Answered::status).toList();
    }

    /** As {@link #statuses}, with who it was and how long it took. */
    List<Members.Answered> members() {
        return members.ask();
    }

    /** @throws IllegalArgumentException when there is none of that name */
    Endpoint endpoint(String name) {
        return endpoints.stream()
                .filter(endpoint -> endpoint.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " is none of " + name() + "."));
    }

    /** The channel with a log-in, for a stream whose messages the caller handles. */
    Channel authorized(Channel channel) {
        return login.on(channel, System.nanoTime() + connection.deadline().toNanos());
    }

    String name() {
        return connection.name();
    }

    /** What is wrong with the endpoint, in a sentence, looked into for a second at most; {@code otherwise} where nothing is found. */
    String explain(Endpoint endpoint, String otherwise) {
        return diagnosis
                .of(endpoint.uri, RECONNECT)
                .map(found -> "etcd at " + endpoint + " cannot be used: " + closed(found))
                .orElse(otherwise);
    }

    /** An endpoint, not among those tried, whose connection is up or comes up in time. */
    private @Nullable Endpoint ready(Set<Endpoint> tried, long deadline) {
        List<Endpoint> candidates = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            candidates.add(endpoints.get((preferred + i) % endpoints.size()));
        }
        candidates.removeAll(tried);
        if (candidates.isEmpty()) {
            return null;
        }
        long now = System.nanoTime();
        long patience = now;
        // Leaves time to find out why.
        long giveUp = deadline - Math.min(RECONNECT.toNanos(), (deadline - now) / 4);
        for (Endpoint candidate : candidates) {
            if (candidate.hasFailed()) {
                candidate.channel.resetConnectBackoff();
                patience = now + RECONNECT.toNanos();
            }
        }
        Semaphore changed = new Semaphore(0);
        while (true) {
            boolean allFailed = true;
            for (Endpoint candidate : candidates) {
                ConnectivityState state = candidate.channel.getState(true);
                if (state == ConnectivityState.READY) {
                    return candidate;
                }
                if (state == ConnectivityState.SHUTDOWN) {
                    throw new IllegalStateException("The key store " + name() + " is closed.");
                }
                allFailed &= state == ConnectivityState.TRANSIENT_FAILURE;
                candidate.channel.notifyWhenStateChanged(state, changed::release);
            }
            now = System.nanoTime();
            long until = allFailed ? Math.min(patience, giveUp) : giveUp;
            if (now >= until) {
                return null;
            }
            try {
                if (changed.tryAcquire(until - now, TimeUnit.NANOSECONDS)) {
                    changed.drainPermits();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SiteUnreachableException("Connecting to etcd at " + name() + " was interrupted.", e);
            }
        }
    }

    private <Q, R> R send(Endpoint endpoint, MethodDescriptor<Q, R> method, Q request, long deadline) {
        return send(endpoint, login.on(endpoint.channel, deadline), method, request, deadline);
    }

    private <Q, R> R send(Endpoint endpoint, Channel channel, MethodDescriptor<Q, R> method, Q request, long deadline) {
        try {
            return call(channel, method, options(deadline), request);
        } catch (StatusRuntimeException e) {
            if (!login.isNeeded() || !Failures.tokenRefused(e)) {
                throw e;
            }
            login.forget();
            return call(login.on(endpoint.channel, deadline), method, options(deadline), request);
        }
    }

    private static <Q, R> R call(Channel channel, MethodDescriptor<Q, R> method, CallOptions options, Q request) {
        if (method.getType() == MethodDescriptor.MethodType.UNARY) {
            return ClientCalls.blockingUnaryCall(channel, method, options, request);
        }
        // A stream (lease renewal) of which one request and one answer are wanted.
        Iterator<R> answers = ClientCalls.blockingServerStreamingCall(channel, method, options, request);
        if (!answers.hasNext()) {
            throw Status.UNAVAILABLE.withDescription("no answer").asRuntimeException();
        }
        R first = answers.next();
        while (answers.hasNext()) {
            answers.next();
        }
        return first;
    }

    private static CallOptions options(long deadline) {
        return CallOptions.DEFAULT.withDeadlineAfter(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    private DrException unreachable(long deadline) {
        Duration each = Duration.ofNanos(
                Math.max(200_000_000, Math.min(RECONNECT.toNanos(), deadline - System.nanoTime())) / endpoints.size());
        String found = endpoints.stream()
                .map(endpoint -> endpoint + " ("
                        + diagnosis
                                .of(endpoint.uri, each)
                                .orElse("it answers now, but no connection to it came up in time")
                        + ")")
                .collect(Collectors.joining(", "));
        return new SiteUnreachableException(
                endpoints.size() == 1
                        ? "etcd at "
                                + closed(found.replaceFirst(" \\(", " cannot be used: ")
                                        .replaceFirst("\\)$", ""))
                        : "No etcd endpoint can be used: " + found + ".");
    }

    /** As a sentence, which ends once. */
    private static String closed(String text) {
        return text.endsWith("?") ? text : text + ".";
    }

    @Override
    public void close() {
        endpoints.forEach(endpoint -> endpoint.channel.shutdownNow());
    }

    /** An error that came from, or instead of, an endpoint's answer to a call that was sent. */
    static final class Refused extends Exception {

        final Endpoint endpoint;
        final StatusRuntimeException failure;

        Refused(Endpoint endpoint, StatusRuntimeException failure) {
            super(failure);
            this.endpoint = endpoint;
            this.failure = failure;
        }

        /** For a call that may be repeated: what is wrong with the endpoint, if the connection tells. */
        private DrException explained(Cluster cluster, long deadline) {
            boolean inTime = deadline - System.nanoTime() > 0;
            Optional<String> found = inTime ? cluster.diagnosis.of(endpoint.uri, RECONNECT) : Optional.empty();
            return found.<DrException>map(text -> new SiteUnreachableException(
                            "etcd at " + endpoint + " cannot be used: " + closed(text), failure))
                    .orElseGet(() -> Failures.ofRead(failure, "at " + endpoint));
        }
    }
}
