package io.drkit.kubernetes.registry;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The requests that one image takes, which share a deadline. */
final class RegistryRequests {

    /** A manifest is a few kilobytes; distribution refuses more than 4 MiB. */
    private static final int BODY_AT_MOST = 4 << 20;

    private final HttpClient client;
    private final RegistryConnection connection;
    private final long end;

    RegistryRequests(HttpClient client, RegistryConnection connection) {
        this.client = client;
        this.connection = connection;
        this.end = System.nanoTime() + connection.deadline().toNanos();
    }

    /** @throws RegistryException when nothing came back within what is left of the deadline */
    HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException {
        long left = end - System.nanoTime();
        if (left <= 0) {
            throw late();
        }
        CompletableFuture<HttpResponse<byte[]>> response = client.sendAsync(
                request.timeout(Duration.ofNanos(left)).build(), info -> new BoundedBody(BODY_AT_MOST));
        try {
            // The client's own timeout ends with the headers, not with the body.
            return response.get(left, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            response.cancel(true);
            throw late();
        } catch (InterruptedException e) {
            response.cancel(true);
            Thread.currentThread().interrupt();
            throw new RegistryException(connection + " was not waited for, because the call was interrupted.");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HttpTimeoutException) {
                throw late();
            }
            throw new RegistryException(
                    connection + " could not be asked: " + RegistryFaults.reason(e.getCause()) + ".");
        }
    }

    private RegistryException late() {
        return new RegistryException(
                connection + " did not answer within " + connection.deadline().toMillis() + " ms.");
    }
}
