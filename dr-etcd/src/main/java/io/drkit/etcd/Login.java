package io.drkit.etcd;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Logs in and keeps the token, which etcd forgets after five idle minutes or a restart: then {@link #forget} it, and the next call logs in anew. */
final class Login {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private final @Nullable String user;
    private final @Nullable Supplier<char[]> password;
    private @Nullable String token;

    Login(EtcdConnection connection) {
        this.user = connection.user();
        this.password = connection.password();
    }

    boolean isNeeded() {
        return user != null;
    }

    /**
     * {@code channel} with the token on every call; without a user, itself.
     *
     * @throws StatusRuntimeException when the log-in fails
     */
    Channel on(Channel channel, long deadline) {
        String token = token(channel, deadline);
        if (token == null) {
            return channel;
        }
        Metadata headers = new Metadata();
        headers.put(TOKEN, token);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    synchronized void forget() {
        token = null;
    }

    private synchronized @Nullable String token(Channel channel, long deadline) {
        if (token == null && user != null && password != null) {
            char[] secret = password.get();
            try {
                AuthenticateRequest request = AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(new String(secret))
                        .build();
                token = AuthGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
                        .authenticate(request)
                        .getToken();
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.FAILED_PRECONDITION) {
                    throw e;
                }
                token = ""; // This etcd has no users.
            } finally {
                Arrays.fill(secret, '\0');
            }
        }
        return token == null || token.isEmpty() ? null : token;
    }
}
