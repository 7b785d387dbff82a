package io.drkit.restore;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.node.StaticPodReadiness.Readiness;
import io.drkit.node.Waiting;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Waits for what the kubelet does after a manifest went or came; for some time each, as a program may come up and end, or come up once more. */
final class NodeProcesses {

    private final RestoreOptions options;

    NodeProcesses(RestoreOptions options) {
        this.options = options;
    }

    /** Until none of the programs runs any more. */
    void awaitGone(RestoreNode node, List<String> names) {
        List<String> programs = node.programs(names);
        if (programs.isEmpty()) {
            return;
        }
        await(
                node,
                options.stopTimeout(),
                () -> {
                    List<String> running = node.processes(programs);
                    return running.isEmpty()
                            ? new Look("gone", "")
                            : new Look("", running + " still runs; is its kubelet at work?");
                },
                "did not stop");
    }

    /** Until each of the programs runs, and goes on running. */
    void awaitUp(RestoreNode node, List<String> names, Duration timeout) {
        List<String> programs = node.programs(names);
        if (programs.isEmpty()) {
            return;
        }
        await(node, timeout, () -> up(node, programs), "did not start");
    }

    /** Until its kube-apiserver is ready; at once where it has none. */
    void awaitReady(RestoreNode node) {
        if (node.apiserver().isEmpty()) {
            return;
        }
        List<String> programs = node.programs(List.of(NodePods.program(NodePods.APISERVER)));
        await(
                node,
                options.readyTimeout(),
                () -> {
                    Look up = up(node, programs);
                    if (up.same().isEmpty()) {
                        return up;
                    }
                    Readiness ready = node.readiness().orElseThrow();
                    return ready.ready() ? up : new Look("", "kube-apiserver is not ready: " + ready.why());
                },
                "is not ready");
    }

    private static Look up(RestoreNode node, List<String> programs) {
        List<String> running = node.processes(programs);
        Set<String> names = new HashSet<>();
        running.forEach(process -> names.add(process.substring(0, process.indexOf(' '))));
        for (String program : programs) {
            String name = program.substring(0, program.indexOf('\n'));
            if (!names.contains(name)) {
                return new Look("", name + " does not run");
            }
        }
        return new Look(running.toString(), "");
    }

    /**
     * @param same what has to stay the same for some time; empty where it is not so yet
     * @param why it is not
     */
    private record Look(String same, String why) {}

    private interface Looking {
        Look look();
    }

    private void await(RestoreNode node, Duration timeout, Looking looking, String what) {
        Waiting waiting = new Waiting(timeout.plus(options.steadyFor()));
        String steady = "";
        String why = "it could not be looked at";
        long since = 0;
        do {
            try {
                Look look = looking.look();
                why = look.why();
                if (look.same().isEmpty() || !look.same().equals(steady)) {
                    steady = look.same();
                    since = System.nanoTime();
                } else if (System.nanoTime() - since >= options.steadyFor().toNanos()) {
                    return;
                }
            } catch (SiteUnreachableException e) {
                why = String.valueOf(e.getMessage());
            }
        } while (waiting.goesOn());
        throw new OutcomeUnknownException(
                node.name() + " " + what
                        + (Thread.currentThread().isInterrupted()
                                ? " yet, and waiting was interrupted: "
                                : " within " + timeout.toSeconds() + " s: ")
                        + (why.isEmpty() ? "it does not stay so" : why) + ".",
                null);
    }
}
