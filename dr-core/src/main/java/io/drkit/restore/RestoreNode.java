package io.drkit.restore;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.node.CommandResult;
import io.drkit.node.FileUpload;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.StaticPodManifest;
import io.drkit.node.StaticPodReadiness;
import io.drkit.node.StaticPodReadiness.Readiness;
import io.drkit.node.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** One node of a restore: each method is one command, or a few, that can be repeated. */
final class RestoreNode {

    private static final int ATTEMPTS = 3;
    private static final long PAUSE_MILLIS = 200;

    private final NodeAccess access;
    private final RestoreOptions options;
    private final NodePods pods;

    private RestoreNode(NodeAccess access, RestoreOptions options, NodePods pods) {
        this.access = access;
        this.options = options;
        this.pods = pods;
    }

    /** Reads its manifests, in their place or where a restore put them. */
    static RestoreNode at(NodeAccess access, RestoreOptions options) {
        List<String> arguments = new ArrayList<>(List.of(options.manifests(), options.configuration()));
        arguments.addAll(NodePods.FILES);
        CommandResult told = ask(
                access,
                NodeCommand.script(RestoreScripts.MANIFESTS, arguments.toArray(String[]::new))
                        .title("read the manifests")
                        .deadline(options.callDeadline()));
        return new RestoreNode(access, options, NodePods.parse(told, options.manifests(), access.name()));
    }

    NodeAccess access() {
        return access;
    }

    String name() {
        return access.name();
    }

    EtcdPod etcd() {
        return pods.etcd();
    }

    String folder(String id) {
        return root() + "/" + id;
    }

    /** Where everything of restores lies. */
    String root() {
        return etcd().data() + "/" + RestoreScripts.FOLDER;
    }

    /** Changes nothing. */
    NodeFindings look() {
        List<String> arguments = new ArrayList<>(List.of(
                etcd().data(),
                options.configuration(),
                options.manifests(),
                options.tool().orElse("")));
        arguments.addAll(pods.all());
        CommandResult told = ask(
                access,
                NodeCommand.script(RestoreScripts.LOOK, arguments.toArray(String[]::new))
                        .title("look at the node")
                        .deadline(options.callDeadline()));
        if (told.exitCode() == NodeShell.REFUSED) {
            throw new UnsafeToProceedException(name() + " cannot be restored: " + told.errText() + ".");
        }
        return NodeFindings.parse(told.outText(), name());
    }

    /** The processes of programs, as they are now: each with its program's name, number and beginning. */
    List<String> processes(List<String> programs) {
        List<String> arguments = new ArrayList<>(List.of(etcd().data()));
        arguments.addAll(programs);
        CommandResult told = ask(
                access,
                NodeCommand.script(RestoreScripts.LIST, arguments.toArray(String[]::new))
                        .title("look for processes")
                        .deadline(options.callDeadline()));
        List<String> lines = new ArrayList<>(told.outText().lines().toList());
        if (!lines.remove("end")) {
            throw new SiteUnreachableException(
                    "The processes of " + name() + " cannot be listed: " + reason(told) + ".");
        }
        return lines;
    }

    List<String> programs(List<String> names) {
        return pods.programs(names);
    }

    void claim(Claim claim, String record) {
        change("claim", RestoreScripts.CLAIM, claim, options.configuration(), record);
    }

    void upload(Claim claim, Path file, String name, String sha256, int mode, LongConsumer progress) {
        FileUpload.of(file, folder(claim.id()) + "/" + name, sha256)
                .mode(mode)
                .deadline(options.stagingDeadline())
                .progress(progress)
                .build()
                .send(access);
    }

    void stage(Claim claim, String cluster, long raise) {
        run(
                "restore beside the data",
                RestoreScripts.STAGE,
                claim,
                options.stagingDeadline(),
                options.tool().orElse(""),
                etcd().program(),
                etcd().name(),
                etcd().peerUrls(),
                cluster,
                claim.token(),
                Long.toString(raise),
                options.configuration());
    }

    /** @return whether they have to be waited for, until they are gone; not so etcd that runs on the restored data */
    boolean stop(Claim claim, List<String> files) {
        List<String> arguments = new ArrayList<>(List.of(options.manifests()));
        arguments.addAll(files);
        return !change("stop " + String.join(", ", files), RestoreScripts.STOP, claim, arguments.toArray(String[]::new))
                .outText()
                .equals("swapped");
    }

    void swap(Claim claim) {
        change("swap the data", RestoreScripts.SWAP, claim, options.manifests(), etcd().program());
    }

    void start(Claim claim) {
        change("start etcd", RestoreScripts.START, claim, options.manifests());
    }

    void markServing(Claim claim) {
        change("note that it is served", RestoreScripts.SERVING, claim);
    }

    void serve(Claim claim) {
        change("start the control plane", RestoreScripts.SERVE, claim, options.manifests());
    }

    /** @return how many MiB all restores have set aside there, where that can be told */
    String finish(Claim claim) {
        String kept = change("finish", RestoreScripts.FINISH, claim, options.configuration())
                .outText();
        return kept.isEmpty() ? "" : Long.toString(Long.parseLong(kept) >> 10);
    }

    void markUndoing(Claim claim) {
        change("note that it is taken back", RestoreScripts.UNDOING, claim);
    }

    /** @return whether etcd has to be waited for, until it is gone */
    boolean undoStop(Claim claim) {
        return change("stop etcd to take the data back", RestoreScripts.UNDO_STOP, claim, options.manifests())
                .outText()
                .equals("stopped");
    }

    void undoSwap(Claim claim) {
        change("put the old data back", RestoreScripts.UNDO_SWAP, claim, etcd().program());
    }

    /** @return whether something had been stopped */
    boolean undoStart(Claim claim) {
        return change("start what ran", RestoreScripts.UNDO_START, claim, options.manifests())
                .outText()
                .equals("started");
    }

    void undoClean(Claim claim) {
        change("clear up", RestoreScripts.UNDO_CLEAN, claim, options.manifests(), options.configuration());
    }

    void restartKubelet() {
        if (options.kubeletRestart().isEmpty()) {
            return;
        }
        CommandResult result = access.run(NodeCommand.script(options.kubeletRestart())
                .title("restart the kubelet")
                .deadline(options.readyTimeout())
                .build());
        if (!result.succeeded()) {
            throw new UnsafeToProceedException("The command that restarts the kubelet of " + name() + " returned "
                    + result.exitCode() + ": " + reason(result) + ". Put that right, and run it again.");
        }
    }

    /** Whether its kube-apiserver is ready; empty where it has none. */
    Optional<Readiness> readiness() {
        return pods.manifest(NodePods.APISERVER)
                .map(new StaticPodReadiness(access, options.readyCommand(), options.callDeadline())::ask);
    }

    Optional<StaticPodManifest> apiserver() {
        return pods.manifest(NodePods.APISERVER);
    }

    private CommandResult change(String title, String script, Claim claim, String... arguments) {
        return run(title, script, claim, options.callDeadline(), arguments);
    }

    /** A script that can be repeated, and that does nothing where another run has the node. */
    private CommandResult run(String title, String script, Claim claim, Duration deadline, String... arguments) {
        List<String> all = new ArrayList<>(List.of(root(), claim.id(), Long.toString(claim.number()), claim.run()));
        all.addAll(Arrays.asList(arguments));
        NodeCommand command = NodeCommand.script(script, all.toArray(String[]::new))
                .title(title)
                .deadline(deadline)
                .build();
        CommandResult result = repeat(command);
        return switch (result.exitCode()) {
            case 0 -> result;
            case NodeShell.TAKEN_OVER -> throw new TakenOverException(name());
            case NodeShell.BUSY ->
                throw new SiteUnreachableException(name() + ": " + title + " had to wait too long, for "
                        + reason(result) + ". Try again in a while.");
            case NodeShell.REFUSED ->
                throw new UnsafeToProceedException(name() + " could not " + title + ": " + reason(result) + ".");
            default ->
                throw new OutcomeUnknownException(
                        name() + ": it is not known what became of \"" + title + "\": " + reason(result) + ".", null);
        };
    }

    /** A lost connection may leave its command at work on the node, which then has the lock until it ends. */
    private CommandResult repeat(NodeCommand command) {
        Waiting waiting = new Waiting(options.stopTimeout());
        while (true) {
            CommandResult result = send(command);
            if (result.exitCode() != NodeShell.BUSY || !waiting.goesOn()) {
                return result;
            }
        }
    }

    private CommandResult send(NodeCommand command) {
        for (int attempt = 1; ; attempt++) {
            try {
                return access.run(command);
            } catch (OutcomeUnknownException | SiteUnreachableException e) {
                if (attempt == ATTEMPTS || !pause()) {
                    throw e;
                }
            }
        }
    }

    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static CommandResult ask(NodeAccess access, NodeCommand.Builder command) {
        try {
            return access.run(command.build());
        } catch (OutcomeUnknownException e) {
            // Looking changes nothing.
            throw new SiteUnreachableException(access.name() + " could not be looked at: " + e.getMessage(), e);
        }
    }

    private static String reason(CommandResult result) {
        String said = result.errText().lines().reduce((first, second) -> second).orElse("");
        return said.isEmpty() ? "exit code " + result.exitCode() : said;
    }
}
