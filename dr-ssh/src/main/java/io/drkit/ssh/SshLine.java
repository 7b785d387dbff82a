package io.drkit.ssh;

import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchChangedHostKeyException;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.JSchHostKeyException;
import com.jcraft.jsch.JSchRevokedHostKeyException;
import com.jcraft.jsch.Session;
import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to a node that is logged in, with the one to its jump host below it. Once it is {@link #hangUp hung up} it is of no more use. */
final class SshLine {

    private static final Logger LOG = LoggerFactory.getLogger(SshLine.class);

    private final TrackedSockets sockets;
    private final List<Session> sessions = new ArrayList<>();

    private SshLine(TrackedSockets sockets) {
        this.sockets = sockets;
    }

    /**
     * Connects and logs in.
     *
     * @throws SiteUnreachableException when that fails
     * @throws UnsafeToProceedException when a host is not known to be the one it claims to be
     * @throws IllegalArgumentException when a key or a file of known hosts cannot be read
     */
    static SshLine dial(SshConnection to, Duration left) {
        Duration time = left.compareTo(to.connectTimeout()) < 0 ? left : to.connectTimeout();
        SshLine line = new SshLine(new TrackedSockets(time));
        try {
            Attempt.within(time, "drkit-ssh-" + to.name(), () -> line.connect(to, Math.toIntExact(time.toMillis())));
            LOG.debug("Connected to {}", to.name());
            return line;
        } catch (InterruptedException e) {
            line.hangUp();
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException("Interrupted while connecting to " + to.name() + ".", e);
        } catch (TimeoutException e) {
            line.hangUp();
            throw new SiteUnreachableException(
                    to.name() + " did not answer within " + time.toMillis()
                            + " ms. Is it up, and is this its SSH port?",
                    e);
        } catch (DrException | IllegalArgumentException e) {
            line.hangUp();
            throw e;
        } catch (Exception e) {
            line.hangUp();
            throw new SiteUnreachableException("Connecting to " + to.name() + " failed: " + e.getMessage(), e);
        }
    }

    private Session connect(SshConnection to, int timeout) {
        Session below = to.jump() == null ? null : connect(to.jump(), timeout);
        JSch jsch = new JSch();
        HostKeys known = HostKeys.of(jsch, to.knownHosts());
        try {
            Session session = jsch.getSession(to.user(), to.host(), to.port());
            synchronized (sessions) {
                sessions.add(session);
            }
            session.setIdentityRepository(Identities.of(jsch, to));
            session.setHostKeyRepository(known);
            session.setConfig("StrictHostKeyChecking", "yes");
            session.setConfig("PreferredAuthentications", methods(to));
            session.setDaemonThread(true);
            session.setServerAliveInterval(Math.toIntExact(to.keepAlive().toMillis()));
            session.setServerAliveCountMax(3);
            if (below == null) {
                session.setSocketFactory(sockets);
            } else {
                session.setProxy(new JumpProxy(below));
            }
            if (to.password() != null) {
                byte[] password = Secrets.ask(to.password(), "");
                session.setPassword(password);
                Arrays.fill(password, (byte) 0);
            }
            session.connect(timeout);
            return session;
        } catch (JSchHostKeyException e) {
            throw unknown(to, known, e);
        } catch (JSchException e) {
            throw new SiteUnreachableException(sentence(to, below != null, e), e);
        }
    }

    private static String methods(SshConnection to) {
        List<String> methods = new ArrayList<>();
        if (!to.keys().isEmpty() || to.agent() != null) {
            methods.add("publickey");
        }
        if (to.password() != null) {
            methods.add("password");
            methods.add("keyboard-interactive");
        }
        return String.join(",", methods);
    }

    private static UnsafeToProceedException unknown(SshConnection to, HostKeys known, JSchHostKeyException failure) {
        String shows = to.name() + " shows the host key " + known.fingerprint();
        if (failure instanceof JSchRevokedHostKeyException) {
            return new UnsafeToProceedException(
                    shows + ", which " + known.files() + " says is revoked. Do not use it.");
        }
        if (failure instanceof JSchChangedHostKeyException) {
            return new UnsafeToProceedException(
                    shows + ", but " + known.files() + " knows another one. Somebody may be in"
                            + " between. If the node was set up anew, compare it there, and replace the old one (ssh-keygen -R).");
        }
        return new UnsafeToProceedException(shows + ", which " + known.files()
                + " does not know. Compare it with the node's own, and add it (ssh-keyscan -p " + to.port() + " "
                + to.host()
                + ").");
    }

    private static String sentence(SshConnection to, boolean byJump, JSchException failure) {
        String message = Objects.requireNonNullElse(failure.getMessage(), "");
        if (message.startsWith("Auth ")
                || message.startsWith("USERAUTH")
                || message.contains("Too many authentication")) {
            return to.name() + " does not let us in with " + offered(to)
                    + ". Is the public key in its authorized_keys, or the password right?";
        }
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof UnknownHostException) {
            return "The name of " + to.name() + " is not known. Is it spelled right?";
        }
        if (cause instanceof SocketTimeoutException) {
            return to.name() + " did not answer in time. Is it up, and is this its SSH port?";
        }
        if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return to.name() + " refuses the connection or is out of reach (" + cause.getMessage()
                    + "). Is it up, and is this its SSH port?";
        }
        if (byJump && message.contains("channel is not opened")) {
            return "The jump host cannot reach " + to.name()
                    + ", or may not. Is it up, and does the jump host allow forwarding?";
        }
        return "Connecting to " + to.name() + " failed: "
                + (cause instanceof IOException ? cause.getMessage() : message) + ".";
    }

    private static String offered(SshConnection to) {
        List<String> offered = new ArrayList<>(
                to.keys().stream().map(key -> "the key " + key.file()).toList());
        if (to.agent() != null) {
            offered.add("the agent's keys");
        }
        if (to.password() != null) {
            offered.add("the password");
        }
        return String.join(", ", offered);
    }

    boolean isUp() {
        return last().isConnected();
    }

    /** A channel that is not open yet. */
    ChannelExec channel() throws JSchException {
        return (ChannelExec) last().openChannel("exec");
    }

    private Session last() {
        synchronized (sessions) {
            return sessions.get(sessions.size() - 1);
        }
    }

    /** Ends the connection at once. Idempotent, and never blocks. */
    void hangUp() {
        // First what everything waits for; then jsch ends by itself, and is told so that no thread is left.
        sockets.closeAll();
        Thread ending = new Thread(this::disconnect, "drkit-ssh-hang-up");
        ending.setDaemon(true);
        ending.start();
    }

    private void disconnect() {
        List<Session> open;
        synchronized (sessions) {
            open = new ArrayList<>(sessions);
        }
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).disconnect();
        }
    }
}
