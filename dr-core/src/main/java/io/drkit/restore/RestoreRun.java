package io.drkit.restore;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.file.Sha256;
import io.drkit.keystore.KeyStore;
import io.drkit.restore.ContentCheck.Restored;
import io.drkit.restore.RestoreReport.NodeReport;
import io.drkit.restore.RestoreReport.NodeState;
import io.drkit.restore.RestoreReport.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One run of a restore, from when it has claimed the nodes. Steps are barriers: each is done on all nodes before the next begins on any. */
final class RestoreRun {

    private final List<RestoreNode> nodes;
    private final Claim claim;
    private final RestoreOptions options;
    private final Consumer<String> progress;
    private final Instant began;
    private final NodeProcesses processes;
    private final Map<RestoreNode, String> details = new HashMap<>();
    /** What is recorded of the restore; empty before it is claimed. */
    private Optional<RestoreSurvey> survey = Optional.empty();

    RestoreRun(List<RestoreNode> nodes, Claim claim, RestoreOptions options, Consumer<String> progress) {
        this.nodes = nodes;
        this.claim = claim;
        this.options = options;
        this.progress = progress;
        this.began = options.clock().instant();
        this.processes = new NodeProcesses(options);
    }

    /**
     * One after another, and the first one arbitrates between two runs that begin at once; so it is the same one for both.
     *
     * @param begins whether the restore begins with this, so that nothing is left of it when this fails
     */
    void claim(Map<RestoreNode, String> records, boolean begins) {
        List<RestoreNode> claimed = new ArrayList<>();
        try {
            nodes.stream()
                    .sorted(Comparator.comparing(node -> node.etcd().name()))
                    .forEach(node -> {
                        node.claim(claim, records.getOrDefault(node, ""));
                        claimed.add(node);
                    });
            survey = Optional.of(RestoreSurvey.take(nodes, options));
        } catch (SiteUnreachableException | OutcomeUnknownException | UnsafeToProceedException e) {
            if (begins && !(e instanceof TakenOverException)) {
                new RestoreRun(claimed, claim, options, progress).back(told(e));
            }
            throw e;
        }
    }

    RestoreReport forward(RestoreTarget target, String cluster, Supplier<KeyStore> store) {
        RestoreSurvey found = survey.orElseThrow();
        if (found.isUndoing()) {
            return back("an earlier run was taking it back; run it again to restore");
        }
        Restored restored = new Restored(0, false);
        if (!found.isServing(claim.id())) {
            try {
                stage(found, target, cluster);
                stop();
                swapAndStart();
                progress.accept("waiting until etcd answers");
                restored = new ContentCheck(
                                store, options, found.recorded(claim.id()).recordedRole())
                        .await(target.snapshot(), found.raise());
                Together.on(nodes, node -> processes.awaitUp(node, List.of("etcd"), options.healthTimeout()));
            } catch (TakenOverException e) {
                throw e;
            } catch (RuntimeException e) {
                return Thread.currentThread().isInterrupted()
                        ? open("it was interrupted; run it again to go on, or undo it", restored.revision())
                        : back(told(e));
            }
        }
        return finish(restored);
    }

    /** What is left to do once the data is served. */
    RestoreReport finish() {
        return finish(new Restored(0, false));
    }

    private RestoreReport finish(Restored restored) {
        try {
            serve(restored.outOfSpace());
            return report(Outcome.RESTORED, Map.of(), NodeState.RESTORED, Optional.empty(), restored.revision());
        } catch (TakenOverException e) {
            throw e;
        } catch (RuntimeException e) {
            return open(told(e), restored.revision());
        }
    }

    private void stage(RestoreSurvey found, RestoreTarget target, String cluster) {
        List<RestoreNode> empty =
                nodes.stream().filter(node -> found.of(node).isToBeStaged()).toList();
        if (empty.isEmpty()) {
            return;
        }
        progress.accept("restoring beside the data of " + names(empty));
        Together.on(empty, node -> {
            upload(node, target.file(), "snapshot.db", target.snapshot().sha256(), 0600);
            if (found.of(node).tool() == null && options.toolFile().isPresent()) {
                Path tool = options.toolFile().get();
                upload(node, tool, "tool", Sha256.of(tool), 0700);
            }
            node.stage(claim, cluster, found.raise());
        });
    }

    private void upload(RestoreNode node, Path file, String name, String sha256, int mode) {
        long[] told = new long[1];
        node.upload(claim, file, name, sha256, mode, bytes -> {
            if (bytes - told[0] >= 256L << 20) {
                told[0] = bytes;
                progress.accept(node.name() + ": " + (bytes >> 20) + " MiB arrived");
            }
        });
    }

    /** First what writes, and then what is written to. */
    private void stop() {
        progress.accept("stopping the control plane of " + names(nodes));
        List<String> writers = NodePods.OTHERS.stream().map(NodePods::program).toList();
        Together.on(nodes, node -> {
            node.stop(claim, NodePods.OTHERS);
            processes.awaitGone(node, writers);
        });
        Together.on(nodes, node -> {
            if (node.stop(claim, List.of(EtcdPod.FILE))) {
                processes.awaitGone(node, List.of("etcd"));
            }
        });
    }

    private void swapAndStart() {
        progress.accept("swapping the data of " + names(nodes));
        Together.on(nodes, node -> node.swap(claim));
        Together.on(nodes, node -> node.start(claim));
    }

    /** From here on it only goes forward, for clients see the restored data. */
    private void serve(boolean outOfSpace) {
        Together.on(nodes, node -> node.markServing(claim));
        progress.accept("starting the control plane of " + names(nodes));
        Together.on(nodes, node -> node.serve(claim));
        Together.on(nodes, processes::awaitReady);
        Together.on(nodes, RestoreNode::restartKubelet);
        options.workloads().run();
        Map<RestoreNode, String> kept = new ConcurrentHashMap<>();
        Together.on(nodes, node -> {
            kept.put(node, node.finish(claim));
        });
        String full = outOfSpace
                ? ", which takes no writes, for its space quota was used up when the snapshot was taken: compact,"
                        + " defragment and disarm its alarm"
                : "";
        nodes.forEach(node -> details.put(
                node,
                "serves the restored data" + full + "; all that was set aside takes " + kept.getOrDefault(node, "")
                        + " MiB in " + node.root()));
    }

    /** Takes everything back, on each node as far as it goes. */
    RestoreReport back(String why) {
        progress.accept("taking it back: " + why);
        Map<RestoreNode, RuntimeException> failures = new HashMap<>();
        step(failures, node -> node.markUndoing(claim));
        step(failures, node -> {
            if (node.undoStop(claim)) {
                processes.awaitGone(node, List.of("etcd"));
            }
        });
        step(failures, node -> node.undoSwap(claim));
        step(failures, node -> {
            if (node.undoStart(claim)) {
                processes.awaitUp(node, ran(node), options.healthTimeout());
            }
        });
        step(failures, node -> node.undoClean(claim));
        nodes.forEach(node -> details.put(
                node, failures.containsKey(node) ? told(failures.get(node)) : "has the data and the processes it had"));
        Outcome outcome = failures.isEmpty() ? Outcome.UNDONE : Outcome.UNFINISHED;
        String left = failures.isEmpty() ? "" : " Not all could be taken back: undo it again.";
        return report(outcome, failures, NodeState.AS_IT_WAS, Optional.of(why + left), 0);
    }

    private void step(Map<RestoreNode, RuntimeException> failures, Consumer<RestoreNode> task) {
        List<RestoreNode> left =
                nodes.stream().filter(node -> !failures.containsKey(node)).toList();
        Map<RestoreNode, RuntimeException> failed = Together.failures(left, task);
        for (RuntimeException failure : failed.values()) {
            if (failure instanceof TakenOverException) {
                throw failure;
            }
        }
        failures.putAll(failed);
    }

    private List<String> ran(RestoreNode node) {
        String ran = survey.map(each -> each.of(node).recorded("ran")).orElse("");
        return ran.isEmpty() ? List.of() : List.of(ran.split(" ", -1));
    }

    private RestoreReport open(String why, long revision) {
        nodes.forEach(node -> details.put(node, "was begun with"));
        Map<RestoreNode, RuntimeException> all = new HashMap<>();
        nodes.forEach(node -> all.put(node, new OutcomeUnknownException(why, null)));
        return report(Outcome.UNFINISHED, all, NodeState.OPEN, Optional.of(why), revision);
    }

    private RestoreReport report(
            Outcome outcome,
            Map<RestoreNode, RuntimeException> failures,
            NodeState state,
            Optional<String> why,
            long revision) {
        List<NodeReport> reports = new ArrayList<>();
        for (RestoreNode node : nodes) {
            NodeState own = failures.containsKey(node) ? NodeState.OPEN : state;
            reports.add(nodeReport(node, claim.id(), own, details.getOrDefault(node, ""), had(node)));
        }
        Instant now = options.clock().instant();
        return new RestoreReport(outcome, claim.id(), reports, why, revision, began, Duration.between(began, now));
    }

    private boolean had(RestoreNode node) {
        return survey.map(each -> each.of(node).recorded("had").equals("yes")).orElse(false);
    }

    static NodeReport nodeReport(RestoreNode node, String id, NodeState state, String detail, boolean had) {
        boolean kept = state != NodeState.AS_IT_WAS;
        String folder = node.folder(id);
        return new NodeReport(
                node.name(),
                node.etcd().name(),
                state,
                detail,
                kept && had ? Optional.of(folder + "/old/member") : Optional.empty(),
                kept ? Optional.of(folder + "/etc") : Optional.empty());
    }

    private static String names(List<RestoreNode> nodes) {
        return String.join(", ", nodes.stream().map(RestoreNode::name).toList());
    }

    /** What went wrong, everywhere. */
    private static String told(RuntimeException failure) {
        StringBuilder told = new StringBuilder(String.valueOf(failure.getMessage()));
        for (Throwable other : failure.getSuppressed()) {
            told.append(' ').append(other.getMessage());
        }
        return told.toString();
    }
}
