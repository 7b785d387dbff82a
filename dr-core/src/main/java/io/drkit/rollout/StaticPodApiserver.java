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
import io.drkit.node.StaticPodManifest;
import io.drkit.node.StaticPodReadiness.Readiness;
import io.drkit.node.Waiting;
import io.drkit.rollout.ServerProbe.Processes;
import java.util.Optional;
import java.util.Set;

/**
 * A kube-apiserver that the kubelet of a control-plane node runs as a static pod, as kubeadm sets it up.
 *
 * <p>Where it reloads the file by itself, nothing is restarted, provided that its metric says in time that it has read the new file. It cannot
 * where the manifest mounts the file alone, for such a mount keeps showing the old one; then, and everywhere else, it is restarted, and only a process
 * that began after the file was there counts.
 */
public final class StaticPodApiserver implements EncryptedApiserver {

    static final String FLAG = "encryption-provider-config";

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
        Processes processes = processes(pod);
        return new ApiserverState(
                pod.configPath(),
                file.map(NodeFile::content),
                processes.server(),
                unready(pod, processes),
                obstacle(pod, file),
                pod.manifest().flag("advertise-address").orElse(""),
                pod.manifest().flag("etcd-prefix").orElse("/registry"),
                processes.freeBytes(),
                pod.file().content());
    }

    private String unready(Pod pod, Processes processes) {
        int running = processes.servers().size();
        if (running != 1) {
            return (running == 0 ? "no process" : running + " processes") + " of it run" + (running == 0 ? "s" : "");
        }
        Readiness readiness = probe.readiness(pod.manifest());
        if (!readiness.ready()) {
            return readiness.why();
        }
        boolean read = !processes.isFileNewer()
                || (pod.reloads() && probe.hasReloadedSince(pod.manifest(), processes.fileChanged()));
        return read ? "" : pod.configPath() + " was changed after it began, so it may not have read it; restart it";
    }

    private String obstacle(Pod pod, Optional<NodeFile> file) {
        if (file.isPresent() && (file.get().mode() & 0007) != 0) {
            return "it can be read by everybody (mode %04o), and is to hold keys; chmod 600 it"
                    .formatted(file.get().mode());
        }
        if (options.restartCommand().isEmpty()) {
            try {
                pod.manifest().restartedAt(options.clock().instant());
            } catch (UnsafeToProceedException e) {
                return String.valueOf(e.getMessage());
            }
        }
        return "";
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
        if (putBack && !now.equals(Optional.of(installed))) {
            throw new UnsafeToProceedException(before.path() + " on " + name() + " is neither what it was nor what was"
                    + " rolled out: another has changed it. Look what it holds, and put it right by hand.");
        }
        Bytes was = before.file()
                .orElseThrow(() -> new UnsafeToProceedException(
                        "There was no " + before.path() + " on " + name() + " before, so it cannot be put back."));
        // Also where it is the same: a replacement that an earlier run began, and that hangs somewhere, can do nothing
        // after this.
        put(before.path(), was, now);
        try {
            bringBack(pod, before, putBack && pod.reloads() && reloaded(pod, lastReload));
        } catch (SiteUnreachableException e) {
            throw new OutcomeUnknownException("The file is back, but: " + e.getMessage(), e);
        }
    }

    /**
     * The file is back. A server that began after this moment has read it; so has the one of before, if the file was not touched. Putting the manifest
     * back restarts a server as changing it did; one that another changed meanwhile is kept, and only restarted.
     */
    private void bringBack(Pod pod, ApiserverState before, boolean reloaded) {
        Processes processes = processes(pod);
        Bytes manifest = pod.file().content();
        boolean untouched = manifest.equals(before.memo());
        boolean anothers = !StaticPodManifest.parse(
                        before.memo().utf8(), StaticPodManifest.KUBE_APISERVER, options.manifest())
                .isSameButRestarted(manifest.utf8());
        boolean sameServer = processes.servers().keySet().equals(Set.of(before.server()));
        boolean clean = sameServer && !processes.isFileNewer() && !pod.reloads();
        // The kubelet may not have seen a change of the manifest that is taken back at once.
        if (anothers || (!reloaded && (untouched ? !clean : sameServer))) {
            restart(pod);
        }
        if (anothers) {
            return;
        }
        Bytes now = pod().file().content();
        Set<String> outdated =
                now.equals(before.memo()) ? Set.of() : processes(pod).servers().keySet();
        // Also where it is the same, as with the file.
        put(options.manifest(), before.memo(), Optional.of(now));
        awaitReady(pod, outdated);
    }

    private void restart(Pod pod) {
        Set<String> old = processes(pod).servers().keySet();
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

    /** Until one that is not outdated has been ready for some time: it may come up, and end. */
    private void awaitReady(Pod pod, Set<String> outdated) {
        Waiting waiting = new Waiting(options.readyTimeout().plus(options.steadyFor()));
        String steady = "";
        long since = 0;
        String why = "";
        do {
            try {
                String server = processes(pod).server();
                Readiness readiness = server.isEmpty()
                        ? new Readiness(false, "no process of it runs")
                        : outdated.contains(server)
                                ? new Readiness(false, "the old process goes on")
                                : probe.readiness(pod.manifest());
                why = readiness.why();
                if (!readiness.ready()) {
                    steady = "";
                } else if (!server.equals(steady)) {
                    steady = server;
                    since = System.nanoTime();
                } else if (System.nanoTime() - since >= options.steadyFor().toNanos()) {
                    return;
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
        StaticPodManifest manifest =
                StaticPodManifest.parse(file.content().utf8(), StaticPodManifest.KUBE_APISERVER, source);
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
}
