package io.drkit.rollout;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.node.CommandResult;
import io.drkit.node.FileReplacement;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.NodeFile;
import io.drkit.node.ReplacedFile;
import io.drkit.rollout.ServerProbe.Processes;
import io.drkit.rollout.ServerProbe.Readiness;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A kube-apiserver that the kubelet of a control-plane node runs as a static pod, as kubeadm sets it up.
 *
 * <p>Where it reloads the file by itself, nothing is restarted, provided that its metric says in time that it has read the new file. It cannot
 * where the manifest mounts the file alone, for such a mount keeps showing the old one; then, and everywhere else, it is restarted, and only a process
 * that began after the file was there counts.
 */
public final class StaticPodApiserver implements EncryptedApiserver {

    static final String FLAG = "encryption-provider-config";

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final NodeAccess node;
    private final StaticPodOptions options;
    private final ServerProbe probe;

    /** With the defaults of {@link StaticPodOptions}. */
    public StaticPodApiserver(NodeAccess node) {
        this(node, StaticPodOptions.builder().build());
    }

    /** @param node is not closed */
    public StaticPodApiserver(NodeAccess node, StaticPodOptions options) {
        this.node = node;
        this.options = options;
        this.probe = new ServerProbe(node, options);
    }

    @Override
    public String name() {
        return node.name();
    }

    @Override
    public ApiserverState look() {
        Pod pod = pod();
        Optional<NodeFile> file = node.read(pod.configPath(), options.callDeadline());
        Processes processes = probe.processes(pod.manifest(), pod.configPath());
        Readiness readiness = probe.readiness(pod.manifest());
        boolean one = processes.servers().size() == 1;
        return new ApiserverState(
                pod.configPath(),
                file.map(NodeFile::content),
                processes.server(),
                one && readiness.ready(),
                one ? readiness.why() : processes.servers().size() + " processes of it run",
                pod.manifest().flag("etcd-prefix").orElse("/registry"),
                processes.freeBytes(),
                pod.file().content());
    }

    @Override
    public Installation install(Bytes content, ApiserverState seen) {
        Pod pod = pod();
        String before = pod.reloads() ? probe.lastReload(pod.manifest()) : "";
        ReplacedFile replaced = put(seen.path(), content, seen.file());
        try {
            return new Installation(bringUp(pod, before), replaced.backup());
        } catch (SiteUnreachableException | UnsafeToProceedException e) {
            throw new OutcomeUnknownException("The file was replaced, but: " + e.getMessage(), e);
        }
    }

    /** The file is there; has the server read it. */
    private String bringUp(Pod pod, String lastReload) {
        if (pod.reloads() && reloaded(pod, lastReload)) {
            return "reloaded the file by itself";
        }
        restart(pod);
        return "restarted";
    }

    @Override
    public void restore(ApiserverState before, Bytes installed) {
        Pod pod = pod();
        Optional<Bytes> now = node.read(before.path(), options.callDeadline()).map(NodeFile::content);
        String lastReload = pod.reloads() ? probe.lastReload(pod.manifest()) : "";
        boolean putBack = !now.equals(before.file());
        if (putBack) {
            if (!now.equals(Optional.of(installed))) {
                throw new UnsafeToProceedException(
                        before.path() + " on " + name() + " is neither what it was nor what was"
                                + " rolled out: another has changed it. Look what it holds, and put it right by hand.");
            }
            put(
                    before.path(),
                    before.file()
                            .orElseThrow(() -> new UnsafeToProceedException("There was no " + before.path() + " on "
                                    + name() + " before, so it cannot be put back.")),
                    now);
        }
        try {
            bringBack(pod, before, putBack && pod.reloads() && reloaded(pod, lastReload));
        } catch (SiteUnreachableException e) {
            throw new OutcomeUnknownException("The file is back, but: " + e.getMessage(), e);
        }
    }

    /**
     * The file is back. A server that began after this moment has read it, and the one of before has read nothing else, unless it reloads. Putting the
     * manifest back restarts a server as changing it did.
     */
    private void bringBack(Pod pod, ApiserverState before, boolean reloaded) {
        Set<String> old = processes(pod).servers();
        boolean untouched = pod.file().content().equals(before.memo());
        boolean sameServer = old.equals(Set.of(before.server()));
        if (untouched && !reloaded && (!sameServer || pod.reloads())) {
            restart(pod);
            old = processes(pod).servers();
            untouched = pod().file().content().equals(before.memo());
        }
        restoreManifest(before);
        Set<String> outdated = new HashSet<>(untouched ? Set.of() : old);
        if (!pod.reloads() || reloaded) {
            outdated.remove(before.server());
        }
        awaitReady(pod, outdated);
    }

    private void restoreManifest(ApiserverState before) {
        Bytes now = pod().file().content();
        if (now.equals(before.memo())) {
            return;
        }
        StaticPodManifest was = StaticPodManifest.parse(before.memo().utf8(), options.manifest());
        if (!was.isSameButRestarted(now.utf8())) {
            throw new UnsafeToProceedException(
                    options.manifest() + " on " + name()
                            + " was changed by another meanwhile, and is left as it is. The file is back; restart kube-apiserver.");
        }
        put(options.manifest(), before.memo(), Optional.of(now));
    }

    private void restart(Pod pod) {
        Set<String> old = processes(pod).servers();
        if (options.restartCommand().isPresent()) {
            CommandResult result =
                    node.run(NodeCommand.script(options.restartCommand().get())
                            .title("restart kube-apiserver")
                            .deadline(options.readyTimeout())
                            .build());
            if (!result.succeeded()) {
                throw new UnsafeToProceedException("the command that restarts kube-apiserver on " + name()
                        + " returned " + result.exitCode() + ": " + result.errText());
            }
        } else {
            Pod now = pod();
            String annotated = now.manifest().restartedAt(options.clock().instant());
            put(
                    options.manifest(),
                    Bytes.utf8(annotated),
                    Optional.of(now.file().content()));
        }
        awaitReady(pod, old);
    }

    /** Until one that is not outdated runs and is ready, twice in a row: one that is about to go may still answer. */
    private void awaitReady(Pod pod, Set<String> outdated) {
        Waiting waiting = new Waiting(options.readyTimeout());
        String readyBefore = "";
        String why = "";
        do {
            try {
                String server = processes(pod).server();
                if (server.isEmpty()) {
                    why = "no process of it runs";
                } else if (outdated.contains(server)) {
                    why = "the old process goes on";
                } else {
                    Readiness readiness = probe.readiness(pod.manifest());
                    why = readiness.why();
                    if (readiness.ready() && server.equals(readyBefore)) {
                        return;
                    }
                    readyBefore = readiness.ready() ? server : "";
                }
            } catch (SiteUnreachableException e) {
                why = e.getMessage();
            }
        } while (waiting.goesOn());
        throw new OutcomeUnknownException(
                "kube-apiserver on " + name() + " is not ready "
                        + (Thread.currentThread().isInterrupted()
                                ? "yet, and the wait for it was interrupted: "
                                : "after " + options.readyTimeout().toSeconds() + " s: ")
                        + why + ".",
                null);
    }

    /** Whether it says in time that it has read the file anew. */
    private boolean reloaded(Pod pod, String before) {
        if (before.isEmpty()) {
            return false;
        }
        Waiting waiting = new Waiting(options.reloadTimeout());
        do {
            String now = probe.lastReload(pod.manifest());
            if (now.startsWith(ServerProbe.RELOADED) && !now.equals(before)) {
                return true;
            }
        } while (waiting.goesOn());
        return false;
    }

    private ReplacedFile put(String path, Bytes content, Optional<Bytes> expected) {
        return node.replace(FileReplacement.of(path, content)
                .expectedContent(expected)
                .deadline(options.callDeadline())
                .clock(options.clock())
                .build());
    }

    private Processes processes(Pod pod) {
        return probe.processes(pod.manifest(), pod.configPath());
    }

    private Pod pod() {
        NodeFile file = node.read(options.manifest(), options.callDeadline())
                .orElseThrow(
                        () -> new UnsafeToProceedException(
                                "There is no " + options.manifest() + " on " + name()
                                        + ": say where the manifest is; or that the node is fresh, if Kubernetes is not installed yet."));
        String source = options.manifest() + " on " + name();
        StaticPodManifest manifest = StaticPodManifest.parse(file.content().utf8(), source);
        String flag = manifest.flag(FLAG)
                .orElseThrow(() -> new UnsafeToProceedException("The kube-apiserver of " + source + " has no --" + FLAG
                        + ": give it one, and the file, before anything is rolled out."));
        String path = manifest.onHost(flag)
                .orElseThrow(() -> new UnsafeToProceedException(
                        "No hostPath of " + source + " brings " + flag + " into the container."));
        boolean reloads =
                manifest.flag(FLAG + "-automatic-reload").orElse("false").equalsIgnoreCase("true");
        return new Pod(file, manifest, path, reloads);
    }

    /** The manifest, as it is now, and what it says. */
    private record Pod(NodeFile file, StaticPodManifest manifest, String configPath, boolean reloads) {}

    /** Asks again and again, ever more slowly, until the time is up. */
    private static final class Waiting {

        private final long end;
        private long pauseMillis = 100;

        Waiting(Duration timeout) {
            this.end = System.nanoTime() + timeout.toNanos();
        }

        boolean goesOn() {
            if (System.nanoTime() > end) {
                return false;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(pauseMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            pauseMillis = Math.min(LONGEST_PAUSE.toMillis(), pauseMillis * 2);
            return true;
        }
    }
}
