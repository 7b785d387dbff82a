package io.drkit.ssh;

import com.jcraft.jsch.SocketFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Opens a connection's socket and keeps hold of it: closing it ends whatever waits for it, in any state and from any thread. */
final class TrackedSockets implements SocketFactory {

    private final Duration connectTimeout;
    private final List<Socket> sockets = new ArrayList<>();
    private boolean closed;

    TrackedSockets(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        Socket socket = new Socket();
        synchronized (this) {
            if (closed) {
                throw new IOException("given up");
            }
            sockets.add(socket);
        }
        socket.connect(new InetSocketAddress(host, port), Math.toIntExact(connectTimeout.toMillis()));
        return socket;
    }

    @Override
    public InputStream getInputStream(Socket socket) throws IOException {
        return socket.getInputStream();
    }

    @Override
    public OutputStream getOutputStream(Socket socket) throws IOException {
        return socket.getOutputStream();
    }

    synchronized void closeAll() {
        closed = true;
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                // as good as closed
            }
        }
    }
}
