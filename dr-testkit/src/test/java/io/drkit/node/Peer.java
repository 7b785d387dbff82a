package io.drkit.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A program that a test starts inside a network namespace, for a JVM is in one only: it listens and connects there as its standard input says, one
 * command and one answer a line.
 */
final class Peer {

    private static final int TIMEOUT_MILLIS = 1_500;

    private final Map<String, Socket> connections = new HashMap<>();
    private final List<Socket> accepted = new CopyOnWriteArrayList<>();

    private Peer() {}

    public static void main(String[] arguments) throws IOException {
        Peer peer = new Peer();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(peer.answer(line.split(" ", -1)));
            System.out.flush();
        }
        // The threads that accept and echo shall not keep it.
        System.exit(0);
    }

    private String answer(String[] words) {
        try {
            switch (words[0]) {
                case "listen" -> listen(Integer.parseInt(words[1]));
                case "connect" -> connect(words[1], words[2], words[3], Integer.parseInt(words[4]));
                case "echo" -> {
                    Socket socket = connection(words[1]);
                    socket.getOutputStream().write('e');
                    hear(socket);
                }
                case "hear" -> hear(connection(words[1]));
                case "push" -> {
                    for (Socket socket : accepted) {
                        socket.getOutputStream().write('p');
                    }
                }
                case "accepted" -> {
                    return Integer.toString(accepted.size());
                }
                default -> throw new IllegalArgumentException(words[0]);
            }
            return "ok";
        } catch (SocketTimeoutException e) {
            return "silence";
        } catch (ConnectException e) {
            return "refused";
        } catch (IOException e) {
            return String.valueOf(e.getMessage()).contains("reset") ? "reset" : String.valueOf(e.getMessage());
        }
    }

    private Socket connection(String name) throws IOException {
        Socket socket = connections.get(name);
        if (socket == null) {
            throw new IOException("no connection " + name);
        }
        return socket;
    }

    private static void hear(Socket socket) throws IOException {
        if (socket.getInputStream().read() < 0) {
            throw new IOException("end");
        }
    }

    private void connect(String name, String source, String target, int port) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        if (!source.equals("-")) {
            socket.bind(new InetSocketAddress(InetAddress.getByName(source), 0));
        }
        socket.connect(new InetSocketAddress(InetAddress.getByName(target), port), TIMEOUT_MILLIS);
        connections.put(name, socket);
    }

    /** Echoes what comes; a connection that ends is no longer among those accepted. */
    private void listen(int port) throws IOException {
        ServerSocket server = new ServerSocket(port);
        start(() -> {
            while (true) {
                Socket socket = server.accept();
                accepted.add(socket);
                start(() -> {
                    try {
                        for (int b = socket.getInputStream().read();
                                b >= 0;
                                b = socket.getInputStream().read()) {
                            socket.getOutputStream().write(b);
                        }
                    } finally {
                        accepted.remove(socket);
                    }
                });
            }
        });
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // The connection ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
