package io.drkit.ssh;

import com.jcraft.jsch.Channel;
import com.jcraft.jsch.Proxy;
import com.jcraft.jsch.Session;
import com.jcraft.jsch.SocketFactory;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Through a jump host: a connection that its SSH server makes, inside ours to it. No port is opened here that others could use. */
final class JumpProxy implements Proxy {

    private final Session jump;
    private @Nullable Channel channel;
    private @Nullable InputStream in;
    private @Nullable OutputStream out;

    JumpProxy(Session jump) {
        this.jump = jump;
    }

    @Override
    public void connect(@Nullable SocketFactory sockets, String host, int port, int timeout) throws Exception {
        Channel to = jump.getStreamForwarder(host, port);
        // Not jsch's own, a pipe of Java's, which breaks when bytes come while the thread that read last has ended: the
        // one that logs in has, a moment before another reads on.
        Feed received = new Feed();
        to.setOutputStream(new Into(received));
        in = received;
        out = to.getOutputStream();
        channel = to;
        to.connect(timeout);
    }

    @Override
    public InputStream getInputStream() {
        return Objects.requireNonNull(in);
    }

    @Override
    public OutputStream getOutputStream() {
        return Objects.requireNonNull(out);
    }

    /** There is none of its own. */
    @Override
    @SuppressWarnings("NullAway") // jsch takes null for a proxy without a socket.
    public Socket getSocket() {
        return null;
    }

    @Override
    public void close() {
        if (channel != null) {
            channel.disconnect();
        }
    }

    /** What the node sends; read all the time by the session within, and so never much. */
    private static final class Into extends OutputStream {

        private final Feed feed;

        Into(Feed feed) {
            this.feed = feed;
        }

        @Override
        public void write(int one) {
            feed.add(new byte[] {(byte) one});
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            feed.add(Arrays.copyOfRange(bytes, offset, offset + length));
        }

        @Override
        public void close() {
            feed.end();
        }
    }
}
