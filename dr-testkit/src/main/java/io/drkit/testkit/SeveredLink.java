package io.drkit.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network between a client and a server, in a test's hands: a TCP proxy on loopback that can be cut, silenced in both directions or
 * in one, delayed and throttled.
 *
 * <p>Any number of connections. All methods are thread-safe and take effect at once, on connections that are open as well.
 */
public final class SeveredLink implements AutoCloseable {

    private enum State {
        OPEN,
        SILENT,
        /** Silent in the direction of the client only. */
        UNANSWERED,
        CUT,
        CLOSED
    }

    private final InetSocketAddress server;
    private final ServerSocket listener;
    private final Thread acceptor;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private State state = State.OPEN;
    private Duration delay = Duration.ZERO;
    private long bytesPerSecond = Long.MAX_VALUE;

    private SeveredLink(InetSocketAddress server, ServerSocket listener) {
        this.server = server;
        this.listener = listener;
        this.acceptor = thread("link-" + listener.getLocalPort(), this::accept);
    }

    /** A link to a server, which need not be up yet: each connection to the link connects there anew. */
    public static SeveredLink to(String host, int port) {
        try {
            ServerSocket listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
            SeveredLink link = new SeveredLink(new InetSocketAddress(host, port), listener);
            link.acceptor.start();
            return link;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot listen on loopback", e);
        }
    }

    /** Where the client connects to. */
    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** How many connections are open. */
    public int connections() {
        return connections.size();
    }

    /** Resets every connection, and each new one as soon as it is made. */
    public void cut() {
        become(State.CUT);
    }

    /**
     * Delivers nothing any more and tells nobody: connections stay open, half-open that is, and new ones are made but never answered. What is
     * sent meanwhile arrives after {@link #heal}, as it would after a partition shorter than TCP's patience.
     */
    public void silence() {
        become(State.SILENT);
    }

    /** As {@link #silence}, but what the client sends arrives: it is done, and the client does not learn of it. */
    public void silenceAnswers() {
        become(State.UNANSWERED);
    }

    /** Lets everything through again. */
    public void heal() {
        become(State.OPEN);
    }

    /** Holds back whatever is sent, up to 64 KiB at a time and in each direction, for this long; zero by default. */
    public synchronized void delay(Duration delay) {
        this.delay = delay;
    }

    /** Lets through no more than this for each connection and direction; no limit by default. */
    public synchronized void throttle(long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("at least 1 byte per second, not " + bytesPerSecond);
        }
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Resets every connection and takes no new ones. Idempotent. */
    @Override
    public void close() {
        become(State.CLOSED);
        try {
            listener.close();
            // The port is not free before accept() has returned.
            acceptor.join();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot close the link at port " + port(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void become(State next) {
        if (state == State.CLOSED) {
            return;
        }
        state = next;
        if (next == State.CUT || next == State.CLOSED) {
            connections.forEach(Connection::reset);
        }
        notifyAll();
    }

    private void accept() {
        while (true) {
            Socket client;
            try {
                client = listener.accept();
            } catch (IOException e) {
                return; // closed
            }
            start("link-" + port() + "-" + client.getPort(), () -> open(client));
        }
    }

    private void open(Socket client) {
        Connection connection = new Connection(client, new Socket());
        synchronized (this) {
            if (state == State.CUT || state == State.CLOSED) {
                connection.reset();
                return;
            }
            connections.add(connection);
        }
        try {
            awaitOpen(false);
            connection.server.connect(server);
            start(Thread.currentThread().getName() + "-back", () -> connection.pump(connection.server, client));
            connection.pump(client, connection.server);
        } catch (IOException | InterruptedException e) {
            connection.reset();
        }
    }

    /** @return for how long to wait still before these bytes are sent */
    private synchronized long awaitOpen(boolean answers) throws InterruptedException {
        while (state == State.SILENT || (answers && state == State.UNANSWERED)) {
            wait();
        }
        return delay.toMillis();
    }

    private synchronized int chunk() {
        return (int) Math.max(1, Math.min(64 << 10, bytesPerSecond / 20));
    }

    private synchronized long pause(int bytes) {
        return bytes * 1_000L / bytesPerSecond;
    }

    private static void start(String name, Runnable work) {
        thread(name, work).start();
    }

    private static Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Both ends of one connection through the link. */
    private final class Connection {

        final Socket client;
        final Socket server;
        private int ended;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void pump(Socket from, Socket to) {
            byte[] buffer = new byte[64 << 10];
            try {
                while (true) {
                    int count = from.getInputStream().read(buffer, 0, chunk());
                    boolean answers = from == server;
                    Thread.sleep(awaitOpen(answers));
                    awaitOpen(answers);
                    if (count < 0) {
                        to.shutdownOutput();
                        end();
                        return;
                    }
                    to.getOutputStream().write(buffer, 0, count);
                    Thread.sleep(pause(count));
                }
            } catch (IOException | InterruptedException e) {
                reset();
            }
        }

        /** One direction has ended in order; with the other the connection has. */
        private synchronized void end() throws IOException {
            if (++ended == 2) {
                client.close();
                server.close();
                connections.remove(this);
            }
        }

        void reset() {
            connections.remove(this);
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.setSoLinger(true, 0);
                } catch (IOException e) {
                    // closed already
                }
                try {
                    socket.close();
                } catch (IOException e) {
                    // as good as closed
                }
            }
        }
    }
}
