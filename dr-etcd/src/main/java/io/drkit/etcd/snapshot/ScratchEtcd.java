package io.drkit.etcd.snapshot;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.etcd.PemFiles;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A real etcd on this machine that serves a snapshot's content to this process alone: restored by etcd's own tool into a folder that only its owner
 * may enter, on a port of loopback where nobody gets in without a certificate made for this one run. Where the snapshot has users, no password is
 * needed: that certificate counts as {@code root}'s. What is written to it leaves the snapshot as it was.
 *
 * <p>{@link #close} ends it and deletes the folder; so does the end of this process, however it comes. Thread-safe, except for closing.
 */
public final class ScratchEtcd implements AutoCloseable {

    /** A socket in the folder, for etcd insists on listening for peers. A path from there, for that of a socket may be only so long. */
    private static final String PEERS = "unix://localhost:2380";

    private static final String NAME = "scratch";
    private static final int ATTEMPTS = 5;
    private static final Duration POLL = Duration.ofMillis(5);
    private static final Duration CALL = Duration.ofMinutes(1);
    /** How long the end of a process comes to be known after the end of its connections, at most. */
    private static final Duration ENDING = Duration.ofSeconds(1);

    private static final int LARGEST_MESSAGE = 64 << 20;
    /** Beside twice the file: for what is written to it. */
    private static final long ROOM = 1L << 30;

    /** As a key the least there is. */
    private static final ByteString LEAST = ByteString.copyFrom(new byte[1]);

    private final Path snapshot;
    private final ScratchFolder folder;
    private final Thread atExit = new Thread(this::endAndDelete, "end scratch etcd");
    private @Nullable ScratchProgram server;
    private @Nullable ManagedChannel channel;
    private @Nullable EtcdKeyStore store;
    private long revision;
    private boolean ended;

    private ScratchEtcd(Path snapshot, ScratchFolder folder) {
        this.snapshot = snapshot;
        this.folder = folder;
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Restores and serves a snapshot.
     *
     * @throws UnsafeToProceedException when the file cannot be restored, or etcd cannot serve what came of it
     * @throws SiteUnreachableException when this machine is not up to it: no space, not within the timeout, or interrupted
     * @throws IllegalArgumentException when the file cannot be read or a program is missing
     */
    public static ScratchEtcd serve(Path snapshot, ScratchOptions options) {
        Path file = snapshot.toAbsolutePath();
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new IllegalArgumentException("The snapshot " + file + " does not exist or cannot be read.");
        }
        ScratchOptions.Programs programs = options.programs();
        long deadline = System.nanoTime() + options.timeout().toNanos();
        ScratchEtcd scratch = new ScratchEtcd(file, ScratchFolder.in(options.folder()));
        try {
            scratch.restore(programs, deadline);
            scratch.start(programs, deadline);
            return scratch;
        } catch (InterruptedException e) {
            scratch.close();
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException("Serving the snapshot " + file + " was interrupted.", e);
        } catch (IOException e) {
            scratch.close();
            throw new SiteUnreachableException("The snapshot " + file + " could not be served: " + e + ".", e);
        } catch (RuntimeException | Error e) {
            scratch.close();
            throw e;
        }
    }

    private void restore(ScratchOptions.Programs programs, long deadline) throws InterruptedException {
        ScratchProgram tool = ScratchProgram.start(
                folder,
                "restore.log",
                List.of(
                        programs.restorer().toString(),
                        "snapshot",
                        "restore",
                        snapshot.toString(),
                        "--name",
                        NAME,
                        "--data-dir",
                        "data",
                        "--initial-cluster",
                        NAME + "=" + PEERS,
                        "--initial-advertise-peer-urls",
                        PEERS));
        try {
            if (!tool.endsWithin(deadline - System.nanoTime())) {
                throw new SiteUnreachableException("Restoring the snapshot " + snapshot + " in " + folder.path()
                        + " took too long. Give it more time, or a faster disk.");
            }
        } finally {
            tool.end();
        }
        if (tool.exitCode() != 0) {
            throw failure(tool, "The snapshot " + snapshot + " cannot be restored", programs.restorer());
        }
    }

    private void start(ScratchOptions.Programs programs, long deadline) throws InterruptedException, IOException {
        OneTimeCertificate certificate = OneTimeCertificate.in(folder);
        boolean skipsSync = knowsNoFsync(programs, deadline);
        for (int attempt = 1; ; attempt++) {
            int port = freePort();
            ScratchProgram etcd =
                    ScratchProgram.start(folder, "etcd.log", command(programs.etcd(), port, certificate, skipsSync));
            server = etcd;
            channel = channel(port, certificate);
            if (answers(etcd, port, channel, deadline)) {
                store = EtcdKeyStore.connect(connection(port, certificate));
                return;
            }
            channel.shutdownNow();
            etcd.end();
            boolean portTaken = etcd.says("address already in use");
            if (attempt == ATTEMPTS || !portTaken) {
                throw failure(
                        etcd, "The snapshot " + snapshot + " was restored, but cannot be served", programs.etcd());
            }
        }
    }

    /** For a fault of the machine, or of the file. */
    private RuntimeException failure(ScratchProgram program, String what, Path by) {
        String told = what + ": " + by + " said: " + program.complaint();
        if (program.says("no space left") || program.says("disk quota exceeded")) {
            return new SiteUnreachableException(
                    told + ". Make room in " + folder.path().getParent() + ", or name another folder.");
        }
        if (program.says("cannot allocate memory") || program.exitCode() > 128) {
            return new SiteUnreachableException(told + " (it ended with " + program.exitCode()
                    + "). Something on this machine ended it: see to its memory, then try again.");
        }
        return new UnsafeToProceedException(
                told + ". Take another snapshot; or, if it is of a newer etcd than that program,"
                        + " name a program of that version.");
    }

    private List<String> command(Path etcd, int port, OneTimeCertificate certificate, boolean skipsSync)
            throws IOException {
        String url = "https://" + OneTimeCertificate.HOST + ":" + port;
        List<String> command = new ArrayList<>(List.of(etcd.toString(), "--name", NAME, "--data-dir", "data"));
        command.addAll(List.of("--listen-client-urls", url, "--advertise-client-urls", url));
        command.addAll(List.of("--cert-file", certificate.certificate().toString()));
        command.addAll(List.of("--key-file", certificate.key().toString()));
        command.addAll(List.of("--trusted-ca-file", certificate.certificate().toString(), "--client-cert-auth"));
        command.addAll(List.of("--listen-peer-urls", PEERS, "--initial-advertise-peer-urls", PEERS));
        command.addAll(List.of("--initial-cluster", NAME + "=" + PEERS));
        command.addAll(List.of("--quota-backend-bytes", Long.toString(2 * Files.size(snapshot) + ROOM)));
        command.addAll(List.of("--enable-grpc-gateway=false", "--logger", "zap", "--log-outputs", "stderr"));
        command.addAll(List.of("--log-level", "warn"));
        // It elects itself after one to two of these; nobody else takes part.
        command.addAll(List.of("--heartbeat-interval", "10", "--election-timeout", "100"));
        if (skipsSync) {
            command.add("--unsafe-no-fsync");
        }
        return command;
    }

    /** From 3.5 on: what is lost in a power cut here is gone anyway. */
    private boolean knowsNoFsync(ScratchOptions.Programs programs, long deadline) throws InterruptedException {
        ScratchProgram help =
                ScratchProgram.start(folder, "help.log", List.of(programs.etcd().toString(), "--help"));
        try {
            return help.endsWithin(Math.min(deadline - System.nanoTime(), CALL.toNanos()))
                    && help.says("--unsafe-no-fsync");
        } finally {
            help.end();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, loopback())) {
            return socket.getLocalPort();
        }
    }

    /** {@link OneTimeCertificate#HOST}: the JDK's own idea of loopback may be another. */
    private static InetAddress loopback() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    private static ManagedChannel channel(int port, OneTimeCertificate certificate) throws IOException {
        X509Certificate known = PemFiles.certificates(certificate.certificate()).get(0);
        return NettyChannelBuilder.forAddress(OneTimeCertificate.HOST, port)
                .sslContext(GrpcSslContexts.configure(
                                SslContextBuilder.forClient()
                                        .trustManager(known)
                                        .keyManager(PemFiles.key(certificate.key()), known),
                                SslProvider.JDK)
                        .build())
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .disableRetry()
                .build();
    }

    private static EtcdConnection connection(int port, OneTimeCertificate certificate) {
        return EtcdConnection.to("https://" + OneTimeCertificate.HOST + ":" + port)
                .authority(certificate.certificate())
                .clientCertificate(certificate.certificate(), certificate.key())
                .deadline(CALL)
                .connectTimeout(CALL)
                .build();
    }

    /** Waits for the answer to a linearizable read, which tells the revision too; false if etcd ended instead. */
    private boolean answers(ScratchProgram etcd, int port, ManagedChannel channel, long deadline)
            throws InterruptedException {
        while (!listens(port)) {
            if (etcd.endsWithin(POLL.toNanos())) {
                return false;
            }
            requireTime(deadline);
        }
        ListenableFuture<RangeResponse> answer = ClientCalls.futureUnaryCall(
                channel.newCall(KVGrpc.getRangeMethod(), CallOptions.DEFAULT.withWaitForReady()),
                RangeRequest.newBuilder().setKey(LEAST).setCountOnly(true).build());
        try {
            while (true) {
                try {
                    revision = answer.get(POLL.toMillis(), TimeUnit.MILLISECONDS)
                            .getHeader()
                            .getRevision();
                    return true;
                } catch (TimeoutException e) {
                    if (!etcd.isAlive()) {
                        return false;
                    }
                    requireTime(deadline);
                }
            }
        } catch (ExecutionException e) {
            if (etcd.endsWithin(ENDING.toNanos())) {
                return false;
            }
            throw new SiteUnreachableException(
                    "The etcd that serves the snapshot " + snapshot + " does not answer: " + e.getCause()
                            + ". Try again.",
                    e);
        } finally {
            answer.cancel(true);
        }
    }

    private void requireTime(long deadline) {
        if (System.nanoTime() - deadline >= 0) {
            throw new SiteUnreachableException("The etcd that is to serve the snapshot " + snapshot
                    + " was not ready in time. Give it more time, or a faster disk.");
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(loopback(), port), (int) CALL.toMillis());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** What it serves; closed with it. */
    public EtcdKeyStore store() {
        return open(store);
    }

    /** The snapshot's: the newest there was when it began to be served. */
    public long revision() {
        return revision;
    }

    /** For calls that are no key store's. */
    Channel channel() {
        return open(channel);
    }

    private static <T> T open(@Nullable T opened) {
        if (opened == null) {
            throw new IllegalStateException("This etcd was closed.");
        }
        return opened;
    }

    /** Does what asks it something; if that fails because etcd has ended, says so. */
    <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (SiteUnreachableException | OutcomeUnknownException e) {
            ScratchProgram etcd = server;
            if (etcd == null || !hasEnded(etcd)) {
                throw e;
            }
            throw new SiteUnreachableException(
                    "The etcd that served the snapshot " + snapshot + " ended amid this (exit code " + etcd.exitCode()
                            + "). It said last: " + etcd.complaint()
                            + ". See to space and memory of this machine, then try again.",
                    e);
        }
    }

    private static boolean hasEnded(ScratchProgram etcd) {
        try {
            return etcd.endsWithin(ENDING.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !etcd.isAlive();
        }
    }

    /** Ends it and deletes its folder. Idempotent. */
    @Override
    public void close() {
        if (store != null) {
            store.close();
            store = null;
        }
        if (channel != null) {
            channel.shutdownNow();
            channel = null;
        }
        endAndDelete();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // This process is ending.
        }
    }

    private synchronized void endAndDelete() {
        if (ended) {
            return;
        }
        if (server != null) {
            server.end();
        }
        folder.close();
        ended = true;
    }
}
