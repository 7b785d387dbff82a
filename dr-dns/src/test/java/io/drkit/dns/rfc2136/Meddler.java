package io.drkit.dns.rfc2136;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Section;

/** Somebody on the way to the name server who reads every message, and does as a test tells with those that change something. */
final class Meddler implements AutoCloseable {

    /** What becomes of an update; the others pass. */
    interface Trick {
        /**
         * @param nth counts the updates from 1
         * @return the reply, if any
         */
        Optional<byte[]> play(byte[] update, int nth, Server server) throws IOException;
    }

    /** Passes a message on and returns the reply. */
    interface Server {
        byte[] ask(byte[] message) throws IOException;
    }

    private final ServerSocket listener;
    private final String host;
    private final int port;
    private final Trick trick;
    final AtomicInteger updates = new AtomicInteger();

    Meddler(String host, int port, Trick trick) {
        this.host = host;
        this.port = port;
        this.trick = trick;
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::serve, "meddler");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listener.getLocalPort();
    }

    /** A reply that says that all is well, to the message's id and question, without a signature. */
    static byte[] forged(byte[] message) throws IOException {
        Message query = new Message(message);
        Header header = new Header(query.getHeader().getID());
        header.setFlag(Flags.QR);
        header.setFlag(Flags.AA);
        header.setOpcode(query.getHeader().getOpcode());
        Message reply = new Message();
        reply.setHeader(header);
        reply.addRecord(query.getQuestion(), Section.QUESTION);
        return reply.toWire();
    }

    private void serve() {
        while (true) {
            try (Socket client = listener.accept()) {
                DataInputStream in = new DataInputStream(client.getInputStream());
                byte[] message = in.readNBytes(in.readUnsignedShort());
                Message parsed = new Message(message);
                boolean changes = parsed.getHeader().getOpcode() == Opcode.UPDATE
                        && !parsed.getSection(Section.UPDATE).isEmpty();
                Optional<byte[]> reply = changes
                        ? trick.play(message, updates.incrementAndGet(), this::pass)
                        : Optional.of(pass(message));
                if (reply.isPresent()) {
                    send(client, reply.get());
                }
            } catch (IOException e) {
                if (listener.isClosed()) {
                    return;
                }
            }
        }
    }

    private byte[] pass(byte[] message) throws IOException {
        try (Socket server = new Socket(host, port)) {
            send(server, message);
            DataInputStream in = new DataInputStream(server.getInputStream());
            return in.readNBytes(in.readUnsignedShort());
        }
    }

    private static void send(Socket socket, byte[] message) throws IOException {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeShort(message.length);
        out.write(message);
        out.flush();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
