package io.drkit.testkit.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A real etcd of one or three members: processes on loopback and free ports, data in a temporary folder, deleted by {@link #close}. A member
 * that was stopped or killed starts again on its data and its ports.
 *
 * <pre>{@code
 * try (EtcdServer etcd = EtcdServer.builder().start()) {
 *     etcd.etcdctl("put", "key", "value");
 * }
 * }</pre>
 *
 * <p>Ready means: it answers a linearizable read. A start that fails throws {@link IllegalStateException} with the end of the log.
 */
public final class EtcdServer implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(60);

    private final EtcdServerBuilder options;
    private final Path folder;
    private final Thread atExit = new Thread(this::killAndDelete, "delete test etcd");
    private final List<EtcdMember> members;
    private final EtcdFlags flags;
    private boolean authEnabled;

    /** One attempt to get a server going; {@link EtcdServerBuilder#start} makes another when a port was taken meanwhile. */
    EtcdServer(EtcdServerBuilder options) {
        this.options = options;
        this.folder = temporaryFolder();
        Runtime.getRuntime().addShutdownHook(atExit);
        this.members = IntStream.range(0, options.members)
                .mapToObj(i -> new EtcdMember("m" + i, folder, options.machine))
                .toList();
        this.flags = new EtcdFlags(options, folder, members);
    }

    /** A builder of a one-member server of the {@linkplain EtcdBinary#installed installed} etcd, without TLS and users. */
    public static EtcdServerBuilder builder() {
        return new EtcdServerBuilder();
    }

    void firstStart() {
        if (options.snapshot != null) {
            unpack(options.snapshot, options.bumpRevision);
            authEnabled = options.rootPassword != null;
            start();
            return;
        }
        start();
        if (options.rootPassword != null) {
            run(List.of("user", "add", "root", "--interactive=false"), options.rootPassword + "\n");
            etcdctl("auth", "enable");
            authEnabled = true;
        }
    }

    /** The client URLs, one a member. */
    public List<String> endpoints() {
        return IntStream.range(0, members.size()).mapToObj(this::endpoint).toList();
    }

    public String endpoint(int member) {
        return flags.clientUrl(members.get(member));
    }

    public int port(int member) {
        return members.get(member).clientPort;
    }

    /** The process of a member, as the operating system numbers it. */
    public long pid(int member) {
        return members.get(member).pid();
    }

    /**
     * The certificates of a server with TLS.
     *
     * @throws IllegalStateException without TLS
     */
    public TestCertificates certificates() {
        return flags.certificates().orElseThrow(() -> new IllegalStateException("This etcd was started without TLS."));
    }

    /** Starts all members that do not run, and waits until each is ready. */
    public void start() {
        members.forEach(this::launch);
        members.forEach(this::awaitReady);
    }

    /** Starts one member and waits until it is ready: with three members, it needs another one that runs. */
    public void start(int member) {
        launch(members.get(member));
        awaitReady(members.get(member));
    }

    /** Ends all members with SIGTERM. */
    public void stop() {
        members.forEach(member -> member.end(false));
    }

    public void stop(int member) {
        members.get(member).end(false);
    }

    /** Ends all members with SIGKILL. */
    public void kill() {
        members.forEach(member -> member.end(true));
    }

    public void kill(int member) {
        members.get(member).end(true);
    }

    /** Stops all members in their tracks with SIGSTOP: connections stay open, nothing answers, until {@link #thaw}. */
    public void freeze() {
        members.forEach(member -> member.signal("STOP"));
    }

    public void freeze(int member) {
        members.get(member).signal("STOP");
    }

    public void thaw() {
        members.forEach(member -> member.signal("CONT"));
    }

    public void thaw(int member) {
        members.get(member).signal("CONT");
    }

    /**
     * Runs the etcdctl that belongs to this etcd against all its endpoints, as root where there are users.
     *
     * @return what it printed
     * @throws IllegalStateException when it fails
     */
    public String etcdctl(String... arguments) {
        return run(List.of(arguments), "");
    }

    /** The etcdctl that belongs to this etcd, to be started by the caller: for what runs until it is ended, such as {@code make-mirror}. */
    public ProcessBuilder etcdctlProcess(String... arguments) {
        ProcessBuilder process = Command.withoutEtcdVariables(new ProcessBuilder(etcdctlCommand(List.of(arguments))));
        process.environment().putAll(environment(String.join(",", endpoints())));
        return process;
    }

    /** Saves a snapshot of the first member. */
    public void snapshotSave(Path file) {
        Map<String, String> environment = environment(endpoint(0));
        Command.run(etcdctlCommand(List.of("snapshot", "save", file.toString())), environment, "", COMMAND_TIMEOUT);
    }

    /** Kills all members and puts a snapshot in place of their data, on the same ports; then starts them. */
    public void restore(Path snapshot) {
        restore(snapshot, 0);
    }

    /** As {@link #restore(Path)}, with the revision raised by {@code bumpRevision} and all before it compacted: from etcd 3.5.10. */
    public void restore(Path snapshot, long bumpRevision) {
        kill();
        members.forEach(member -> delete(member.data));
        unpack(snapshot, bumpRevision);
        start();
    }

    /** The end of each member's log. */
    public String logTail() {
        return members.stream()
                .map(member -> member.name + ": " + member.logTail())
                .collect(Collectors.joining(System.lineSeparator()));
    }

    /** Kills all members and deletes their data. Idempotent; also while the JVM is being stopped, which does the same. */
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
        kill();
        delete(folder);
    }

    private void launch(EtcdMember member) {
        member.launch(flags.command(member));
    }

    private void awaitReady(EtcdMember member) {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (true) {
            try {
                Command.run(
                        etcdctlCommand(List.of("get", "ready", "--command-timeout=2s", "--dial-timeout=2s")),
                        environment(flags.clientUrl(member)),
                        "",
                        Duration.ofSeconds(10));
                return;
            } catch (IllegalStateException e) {
                if (!member.isRunning() || System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "etcd member " + member.name + " did not become ready: " + e.getMessage() + "\n"
                                    + logTail(),
                            e);
                }
            }
        }
    }

    private void unpack(Path snapshot, long bumpRevision) {
        for (EtcdMember member : members) {
            List<String> command = new ArrayList<>(List.of(
                    options.binary.restorer().toString(),
                    "snapshot",
                    "restore",
                    snapshot.toString(),
                    "--name",
                    member.name));
            command.addAll(List.of("--data-dir", member.data.toString(), "--initial-cluster", flags.initialCluster()));
            command.addAll(List.of("--initial-advertise-peer-urls", member.peerUrl()));
            if (bumpRevision > 0) {
                command.addAll(List.of("--bump-revision", Long.toString(bumpRevision), "--mark-compacted"));
            }
            Command.run(command, Map.of(), "", COMMAND_TIMEOUT);
        }
    }

    private String run(List<String> arguments, String input) {
        return Command.run(
                etcdctlCommand(arguments), environment(String.join(",", endpoints())), input, COMMAND_TIMEOUT);
    }

    /** Where the server runs, so that no firewall of a test is in its way. */
    private List<String> etcdctlCommand(List<String> arguments) {
        return members.get(0)
                .inside(Stream.concat(Stream.of(options.binary.etcdctl().toString()), arguments.stream())
                        .toList());
    }

    private Map<String, String> environment(String endpoints) {
        Map<String, String> environment = new HashMap<>(Map.of("ETCDCTL_ENDPOINTS", endpoints));
        flags.certificates().ifPresent(certificates -> {
            environment.put("ETCDCTL_CACERT", certificates.authority().toString());
            environment.put("ETCDCTL_CERT", certificates.clientCertificate().toString());
            environment.put("ETCDCTL_KEY", certificates.clientKey().toString());
            // An expired certificate is what some tests are about; the fixture itself has to get in.
            environment.put("ETCDCTL_INSECURE_SKIP_TLS_VERIFY", "true");
        });
        if (authEnabled && options.rootPassword != null) {
            environment.put("ETCDCTL_USER", "root");
            environment.put("ETCDCTL_PASSWORD", options.rootPassword);
        }
        return environment;
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("drkit-etcd");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            Path[] deepestFirst = files.sorted(Comparator.reverseOrder()).toArray(Path[]::new);
            for (Path file : Arrays.asList(deepestFirst)) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
