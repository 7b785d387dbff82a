package io.drkit.ssh;

import com.jcraft.jsch.Channel;
import com.jcraft.jsch.Proxy;
import com.jcraft.jsch.Session;
import com.jcraft.jsch.SocketFactory;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
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
        in = to.getInputStream();
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
}
