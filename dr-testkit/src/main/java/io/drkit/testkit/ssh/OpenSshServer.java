package io.drkit.testkit.ssh;

import io.drkit.testkit.FreePort;
import io.drkit.testkit.machine.Machine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node: OpenSSH's real server on loopback and a free port, with host keys, a client key and a folder of its own, all deleted by {@link #close}.
 * Several are several nodes.
 *
 * <p>By default it lets in the user who runs the tests, and only by key. With an {@linkplain Builder#account account} it is set apart: it has a
 * copy of {@code /etc}, so that its users, passwords and sudo rules are its alone, a host name, and mounts of its own. That needs root: see {@link
 * #canBeSetApart}.
 */
public final class OpenSshServer implements AutoCloseable {

    private static final Path SSHD = Path.of("/usr/sbin/sshd");
    private static final int PORT = 22;
    private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

    private final Builder options;
    private final Path folder;
    private final int port;
    private final Path clientKey;
    private final Thread atExit = new Thread(this::killAndDelete, "delete test sshd");
    private @Nullable Process process;

    private OpenSshServer(Builder options) {
        this.options = options;
        this.port = options.machine == null ? FreePort.next() : PORT;
        if (!isInstalled()) {
            throw new IllegalStateException("No " + SSHD + " was found: run script/setup, or install openssh-server.");
        }
        try {
            folder = Files.createTempDirectory("drkit-sshd");
            Runtime.getRuntime().addShutdownHook(atExit);
            // Other users must reach what lies in it; each private key is its owner's alone.
            Tool.run(List.of("chmod", "755", folder.toString()));
            clientKey = SshKeys.make(folder.resolve("client"), "ed25519", "");
            for (String type : options.hostKeys) {
                SshKeys.make(folder.resolve("host_" + type), type, "");
            }
            authorize(SshKeys.publicKey(clientKey));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Whether there is an sshd to start. */
    public static boolean isInstalled() {
        return Files.isExecutable(SSHD);
    }

    /** Whether a node can have accounts, a host name and mounts of its own here: as root, with sudo installed, where namespaces are allowed. */
    public static boolean canBeSetApart() {
        if (!"root".equals(System.getProperty("user.name")) || !Files.isExecutable(Path.of("/usr/bin/sudo"))) {
            return false;
        }
        try {
            Tool.run(List.of("unshare", "-m", "-u", "--propagation", "private", "mount", "--bind", "/tmp", "/tmp"));
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** What it is started with. Not thread-safe. */
    public static final class Builder {

        private final List<String> script = new ArrayList<>();
        private List<String> hostKeys = List.of("ed25519");
        private boolean apart;
        private boolean ownProcesses;
        private @Nullable Machine machine;

        private Builder() {}

        /** The kinds of its host keys. Default: ed25519. */
        public Builder hostKeys(String... types) {
            this.hostKeys = List.of(types);
            return this;
        }

        /** Its host name; it is set apart. */
        public Builder hostname(String name) {
            apart().script.add("hostname " + name);
            return this;
        }

        /**
         * A user of its own, who may log in by the client key and by password; it is set apart.
         *
         * @param password a test's, without quotes or blanks
         * @param sudo what sudoers says after the user's name, such as {@code ALL=(ALL) ALL}; empty for nothing
         */
        public Builder account(String user, String password, String sudo) {
            apart().script
                    .add("id -u " + user + " >/dev/null 2>&1 || useradd -m -d \"$dir/home-" + user + "\" -s /bin/bash "
                            + user);
            // By standard input, as everything that is secret.
            script.add("chpasswd <<'END'\n" + user + ":" + password + "\nEND");
            if (!sudo.isEmpty()) {
                script.add("echo '" + user + " " + sudo + "' > /etc/sudoers.d/drkit-" + user
                        + " && chmod 440 /etc/sudoers.d/*");
            }
            return this;
        }

        /** A file system of its own with so much room, at {@code small} in its {@link #folder}; it is set apart. */
        public Builder smallDisk(String size) {
            apart().script
                    .add("mkdir -p \"$dir/small\" && mount -t tmpfs -o size=" + size
                            + ",mode=755 tmpfs \"$dir/small\"");
            return this;
        }

        /** What is done, as root, each time it starts and before anybody can log in; {@code $dir} is its {@link #folder}. It is set apart. */
        public Builder boot(String shellScript) {
            apart().script.add(shellScript);
            return this;
        }

        /** It runs on this machine, and listens at port 22 there. Default: here. */
        public Builder on(Machine machine) {
            this.machine = machine;
            return this;
        }

        /** Its processes see no others, and end with it; it is set apart. */
        public Builder ownProcesses() {
            apart().ownProcesses = true;
            return this;
        }

        private Builder apart() {
            if (!apart) {
                apart = true;
                script.add("mount --bind \"$dir/etc\" /etc");
            }
            return this;
        }

        /** @throws IllegalStateException when it does not start, with the end of its log */
        public OpenSshServer start() {
            OpenSshServer server = new OpenSshServer(this);
            try {
                server.start();
                return server;
            } catch (RuntimeException e) {
                server.close();
                throw e;
            }
        }
    }

    public String host() {
        return options.machine == null ? "127.0.0.1" : options.machine.address();
    }

    public int port() {
        return port;
    }

    /** Who may log in where no account was made. */
    public String user() {
        return System.getProperty("user.name");
    }

    /** The private key that is let in. */
    public Path clientKey() {
        return clientKey;
    }

    /** A folder of its own, which its users can enter. */
    public Path folder() {
        return folder;
    }

    /** A file of known hosts with its keys, as they are now, for its own port and for others by which it is reached. */
    public Path knownHosts(int... otherPorts) {
        StringBuilder lines = new StringBuilder();
        for (String type : options.hostKeys) {
            String[] key = SshKeys.publicKey(folder.resolve("host_" + type)).split(" ", -1);
            lines.append("%s %s %s%n".formatted(known(port), key[0], key[1]));
            for (int other : otherPorts) {
                lines.append("%s %s %s%n".formatted(known(other), key[0], key[1]));
            }
        }
        try {
            return Files.writeString(Files.createTempFile(folder, "known_hosts", ""), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As sshd(8) has it. */
    private String known(int at) {
        return at == PORT ? host() : "[" + host() + "]:" + at;
    }

    /** Lets in another key. */
    public void authorize(String publicKey) {
        Path authorized = folder.resolve("authorized_keys");
        try {
            String before = Files.exists(authorized) ? Files.readString(authorized) : "";
            Files.writeString(authorized, before + publicKey + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts again with other host keys of the same kinds, as a node that was set up anew, or one that pretends to be it. */
    public void changeHostKeys() {
        stop();
        options.hostKeys.forEach(type -> SshKeys.make(folder.resolve("host_" + type), type, ""));
        start();
    }

    /** Starts it, unless it runs, and waits until it answers. */
    public void start() {
        if (process != null && process.isAlive()) {
            return;
        }
        int logged = log(true).length();
        try {
            Files.writeString(folder.resolve("sshd_config"), configuration());
            Machine machine = options.machine;
            ProcessBuilder builder = new ProcessBuilder(machine == null ? command() : machine.inside(command()));
            builder.environment().put("dir", folder.toString());
            process = builder.redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        awaitBanner(logged);
    }

    /** Ends it and every connection. It can be started again. */
    public void stop() {
        Process running = process;
        if (running == null) {
            return;
        }
        List<ProcessHandle> all = processes();
        all.forEach(ProcessHandle::destroyForcibly);
        try {
            running.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops it and everything that it started in their tracks: connections stay open, nothing answers, until {@link #thaw}. */
    public void freeze() {
        signal("STOP");
    }

    public void thaw() {
        signal("CONT");
    }

    /** How many connections it has. */
    public long connections() {
        return Optional.ofNullable(process).map(sshd -> sshd.children().count()).orElse(0L);
    }

    /** All that it logged. */
    public String log(boolean whole) {
        try {
            String all = Files.exists(log()) ? Files.readString(log(), StandardCharsets.ISO_8859_1) : "";
            return whole ? all : all.substring(Math.max(0, all.length() - 4_000));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it and deletes its folder. Idempotent. */
    @Override
    public void close() {
        killAndDelete();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is being stopped.
        }
    }

    private synchronized void killAndDelete() {
        stop();
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            // gone already
        }
    }

    private List<String> command() throws IOException {
        String privileges = user().equals("root") ? "mkdir -p /run/sshd && " : "";
        String sshd = privileges + "exec " + SSHD + " -D -e -f \"$dir/sshd_config\"";
        if (!options.apart) {
            return List.of("sh", "-c", sshd);
        }
        if (!Files.exists(folder.resolve("etc"))) {
            Tool.run(List.of("cp", "-a", "/etc", folder.resolve("etc").toString()));
        }
        String script = "set -e\n" + String.join("\n", options.script) + "\n" + sshd + "\n";
        Path file = Files.writeString(folder.resolve("apart.sh"), script);
        Tool.run(List.of("chmod", "600", file.toString()));
        List<String> command = new ArrayList<>(List.of("unshare", "-m", "-u", "--propagation", "private"));
        if (options.ownProcesses) {
            command.addAll(List.of("-p", "--fork", "--kill-child", "--mount-proc"));
        }
        command.addAll(List.of("sh", file.toString()));
        return command;
    }

    private String configuration() {
        StringBuilder text = new StringBuilder();
        text.append("ListenAddress ")
                .append(host())
                .append("\nPort ")
                .append(port)
                .append('\n');
        options.hostKeys.forEach(type ->
                text.append("HostKey ").append(folder.resolve("host_" + type)).append('\n'));
        text.append("AuthorizedKeysFile ")
                .append(folder.resolve("authorized_keys"))
                .append('\n');
        text.append("PidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nMaxStartups 100\nLogLevel DEBUG1\n");
        text.append("PasswordAuthentication ")
                .append(options.apart ? "yes" : "no")
                .append('\n');
        // Shells would run the startup files of whoever runs the tests, before each command.
        text.append("Match User ").append(user()).append("\nSetEnv HOME=").append(folder);
        return text.append('\n').toString();
    }

    /** @param logged how much it had logged before: another server at its port would show a banner too */
    private void awaitBanner(int logged) {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!showsBanner() || log(true).indexOf("Server listening on", logged) < 0) {
            if (process == null || !process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("sshd did not start: " + log(false));
            }
            pause();
        }
    }

    private boolean showsBanner() {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(2_000);
            socket.connect(new InetSocketAddress(host(), port), 2_000);
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(4), StandardCharsets.US_ASCII).equals("SSH-");
        } catch (IOException e) {
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sshd started", e);
        }
    }

    private List<ProcessHandle> processes() {
        Process running = process;
        return running == null
                ? List.of()
                : Stream.concat(Stream.of(running.toHandle()), running.descendants())
                        .toList();
    }

    private void signal(String signal) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        processes().forEach(handle -> command.add(Long.toString(handle.pid())));
        Tool.run(command);
    }

    private Path log() {
        return folder.resolve("sshd.log");
    }
}
