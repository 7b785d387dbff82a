package io.drkit.etcd;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One member's address and the connection to it. Nothing waits for it here: it is up, or a call goes elsewhere. */
final class Endpoint {

    /** Several times what a page is to hold; a larger answer is asked for again in smaller pages. */
    static final int LARGEST_ANSWER = 64 << 20;

    private static final int WATCH_WINDOW = 1 << 20;

    /** Two of them may be held at a time, beside what is made of them. */
    private static final int LARGEST_WATCH_MESSAGE = 16 << 20;

    final URI uri;
    private final @Nullable SslContext tls;
    final ManagedChannel channel;
    /** Whether it did not tell its status when last asked. */
    volatile boolean mute;

    /** Whether a watch here had a backlog too large for one message. */
    volatile boolean fragmentsWatches;

    Endpoint(URI uri, @Nullable SslContext tls) {
        this.uri = uri;
        this.tls = tls;
        this.channel = builder().build();
    }

    /** A connection for one watch, whose unread messages hold at most the window's bytes here. */
    ManagedChannel watchChannel() {
        return builder()
                .flowControlWindow(WATCH_WINDOW)
                .maxInboundMessageSize(LARGEST_WATCH_MESSAGE)
                .build();
    }

    boolean isReady() {
        return channel.getState(true) == ConnectivityState.READY;
    }

    boolean hasFailed() {
        return channel.getState(true) == ConnectivityState.TRANSIENT_FAILURE;
    }

    @Override
    public String toString() {
        return uri.toString();
    }

    private NettyChannelBuilder builder() {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort())
                .maxInboundMessageSize(LARGEST_ANSWER)
                // At most once is ours to say.
                .disableRetry()
                // Not below 5 s, which etcd answers by closing the connection.
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS);
        return tls == null
                ? builder.negotiationType(NegotiationType.PLAINTEXT)
                : builder.negotiationType(NegotiationType.TLS).sslContext(tls);
    }
}
