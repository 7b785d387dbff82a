package io.drkit.dns.rfc2136;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Message;
import org.xbill.DNS.io.IoClientFactory;
import org.xbill.DNS.io.TcpIoClient;
import org.xbill.DNS.io.UdpIoClient;

/**
 * dnsjava's transport with one connection an exchange, in the caller's thread. The library's own keeps connections, so that after a lost reply the
 * look at what happened would go down the same dead connection; and it cannot be interrupted.
 */
final class OneShotTcp implements IoClientFactory, TcpIoClient {

    @Override
    public TcpIoClient createOrGetTcpClient() {
        return this;
    }

    @Override
    public UdpIoClient createOrGetUdpClient() {
        throw new UnsupportedOperationException("Updates go by TCP.");
    }

    @Override
    public CompletableFuture<byte[]> sendAndReceiveTcp(
            @Nullable InetSocketAddress local, InetSocketAddress remote, Message query, byte[] data, Duration timeout) {
        // A channel's socket, unlike a plain one, is closed by an interrupt.
        try (SocketChannel channel = SocketChannel.open()) {
            return CompletableFuture.completedFuture(
                    exchange(channel, remote, data, System.nanoTime() + timeout.toNanos()));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static byte[] exchange(SocketChannel channel, InetSocketAddress remote, byte[] data, long deadline)
            throws IOException {
        Socket socket = channel.socket();
        socket.connect(remote, millisUntil(deadline));
        // Length and message in one piece (RFC 7766, section 8).
        byte[] framed = ByteBuffer.allocate(2 + data.length)
                .putShort((short) data.length)
                .put(data)
                .array();
        socket.getOutputStream().write(framed);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        socket.setSoTimeout(millisUntil(deadline));
        byte[] reply = new byte[in.readUnsignedShort()];
        for (int read = 0; read < reply.length; ) {
            socket.setSoTimeout(millisUntil(deadline));
            int more = in.read(reply, read, reply.length - read);
            if (more < 0) {
                throw new IOException("the connection ended in the midst of a reply");
            }
            read += more;
        }
        return reply;
    }

    private static int millisUntil(long deadline) throws SocketTimeoutException {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left < 1) {
            throw new SocketTimeoutException("no reply in time");
        }
        return (int) Math.min(left, Integer.MAX_VALUE);
    }
}
