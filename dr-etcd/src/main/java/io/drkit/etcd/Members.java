package io.drkit.etcd;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import io.drkit.SiteUnreachableException;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.CallOptions;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks all members of a cluster at once how they are. Thread-safe. */
final class Members {

    /** How long a broken connection may take to come back before a call gives it up. */
    private static final Duration RECONNECT = Duration.ofSeconds(1);

    /** How much longer than the others a member is waited for that did not tell its status last time. */
    private static final Duration MUTE = Duration.ofMillis(100);

    private final EtcdConnection connection;
    private final List<Endpoint> endpoints;
    private final Login login;

    Members(EtcdConnection connection, List<Endpoint> endpoints, Login login) {
        this.connection = connection;
        this.endpoints = endpoints;
        this.login = login;
    }

    /** @param after how long the answer took */
    record Answered(Endpoint endpoint, StatusResponse status, Duration after) {}

    /**
     * What each member that answers says of itself. One that did not answer last time is hardly waited for, if another answers: a dead host would
     * hold up the caller each time.
     */
    List<Answered> ask() {
        long deadline = System.nanoTime() + connection.deadline().toNanos();
        Map<Endpoint, Future<Answered>> asked = send(deadline);
        List<Endpoint> likeliestFirst = new ArrayList<>(asked.keySet());
        likeliestFirst.sort(Comparator.comparing(endpoint -> endpoint.mute));
        List<Answered> answers = new ArrayList<>();
        for (Endpoint endpoint : likeliestFirst) {
            Future<Answered> answer = Objects.requireNonNull(asked.get(endpoint));
            long left = Math.max(0, deadline - System.nanoTime());
            try {
                answers.add(answer.get(
                        endpoint.mute && !answers.isEmpty() ? Math.min(left, MUTE.toNanos()) : left,
                        TimeUnit.NANOSECONDS));
                endpoint.mute = false;
            } catch (ExecutionException | TimeoutException e) {
                answer.cancel(true);
                endpoint.mute = true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                asked.values().forEach(each -> each.cancel(true));
                throw new SiteUnreachableException(
                        "Asking etcd at " + connection.name() + " for its status was interrupted.", e);
            }
        }
        return answers;
    }

    private Map<Endpoint, Future<Answered>> send(long deadline) {
        Map<Endpoint, Future<Answered>> asked = new LinkedHashMap<>();
        for (Endpoint endpoint : endpoints) {
            if (!endpoint.isReady() && endpoints.size() > 1) {
                endpoint.channel.resetConnectBackoff();
            }
            try {
                CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(
                        endpoint.hasFailed()
                                ? RECONNECT.toMillis()
                                : connection.deadline().toMillis() / 2,
                        TimeUnit.MILLISECONDS);
                long sent = System.nanoTime();
                asked.put(
                        endpoint,
                        Futures.transform(
                                ClientCalls.futureUnaryCall(
                                        login.on(endpoint.channel, deadline)
                                                .newCall(MaintenanceGrpc.getStatusMethod(), options),
                                        StatusRequest.getDefaultInstance()),
                                status -> new Answered(endpoint, status, Duration.ofNanos(System.nanoTime() - sent)),
                                MoreExecutors.directExecutor()));
            } catch (StatusRuntimeException e) {
                // Cannot log in there: as one that does not answer.
            }
        }
        return asked;
    }
}
