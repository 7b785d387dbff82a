package io.drkit.node;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.node.StaticPodReadiness.Readiness;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Stops the kube-apiserver that the kubelet of a control-plane node runs as a static pod, and starts it again: its manifest gets a name that begins
 * with a dot, which the kubelet does not see, by a rename, and its own name again. Whatever ends in between, the manifest is there whole, under one of
 * the two names, and a node that restarts keeps its kube-apiserver stopped.
 *
 * <p>Where both names are there, somebody else has put a manifest in place since, kubeadm for one: that one counts. Each verb is idempotent. Needs
 * root on the node. Thread-safe; of two at once on one node, one may fail.
 *
 * @see <a href="https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/">the kubelet ignores files starting with dots</a>
 */
public final class ApiserverPod {

    /** Where kubeadm puts it. */
    public static final String DEFAULT_MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml";

    private static final Duration CALL = Duration.ofSeconds(30);

    /** It may answer once more as it ends, and end as it begins. */
    private static final Duration STEADY = Duration.ofSeconds(2);

    private static final int NEITHER = 45;

    /** Gives {@code here} and {@code hidden}; tells which is there. */
    private static final String FIND = """
            here=$1 hidden=${1%/*}/.${1##*/}.drkit
            [ -e "$here" ] || [ -e "$hidden" ] || { [ -d "${1%/*}" ] && echo "there is no $here" >&2 || echo "${1%/*} cannot be read" >&2; exit 45; }
            """;

    /** Prints whether it is hidden, and the manifest. */
    private static final String LOOK =
            FIND + "if [ -e \"$here\" ]; then echo here; cat -- \"$here\"; else echo hidden; cat -- \"$hidden\"; fi\n";

    private static final String HIDE = FIND + """
            [ ! -e "$here" ] || mv -fT -- "$here" "$hidden" || exit 46
            sync -- "${here%/*}" 2>/dev/null || sync
            """;

    private static final String SHOW = FIND + """
            if [ -e "$here" ]; then rm -f -- "$hidden"; else mv -T -- "$hidden" "$here" || exit 46; fi
            sync -- "${here%/*}" 2>/dev/null || sync
            """;

    /** Prints the number of each process that is called kube-apiserver and has all of these flags. */
    private static final String PROCESSES = """
            for process in /proc/[0-9]*; do
              comm=
              read -r comm 2>/dev/null < "$process/comm" || continue
              [ "$comm" = kube-apiserver ] || continue
              words=$(tr '\\0' '\\n' 2>/dev/null < "$process/cmdline") || continue
              [ -n "$words" ] || continue
              for flag; do
                printf '%s\\n' "$words" | grep -qxF -e "$flag" || continue 2
              done
              echo "${process##*/}"
            done
            echo end
            """;

    private final NodeAccess node;
    private final String manifest;
    private final Duration patience;

    /** What is there: the manifest, and under which name. */
    private record Found(boolean hidden, StaticPodManifest manifest) {}

    /**
     * @param node is not closed
     * @param manifest its path on the node
     * @param patience how long the server may take to end, and to be ready
     */
    public ApiserverPod(NodeAccess node, String manifest, Duration patience) {
        if (!manifest.startsWith("/")) {
            throw new IllegalArgumentException("The path of a manifest on a node must be absolute, not " + manifest);
        }
        this.node = node;
        this.manifest = manifest;
        this.patience = patience;
    }

    /**
     * Whether it is stopped, by {@link #stop}: whether the kubelet has no manifest of it.
     *
     * @throws SiteUnreachableException when the node does not answer
     * @throws UnsafeToProceedException when the node has no such static pod
     */
    public boolean isStopped() {
        return look().hidden;
    }

    /**
     * Stops it, and returns when its process is gone.
     *
     * @throws SiteUnreachableException when the node does not answer; nothing was done
     * @throws OutcomeUnknownException when the process has not ended in time, or the node is lost meanwhile; call it again
     * @throws UnsafeToProceedException when the node has no such static pod
     */
    public void stop() {
        Found found = look();
        change(HIDE, "stop kube-apiserver");
        Waiting waiting = new Waiting(patience);
        do {
            if (!runs(found.manifest)) {
                return;
            }
        } while (waiting.goesOn());
        throw new OutcomeUnknownException(
                "kube-apiserver on " + node.name()
                        + " goes on though its manifest is gone. See whether the kubelet runs.",
                null);
    }

    /**
     * Starts it, and returns when it is ready.
     *
     * @throws SiteUnreachableException when the node does not answer; nothing was done
     * @throws OutcomeUnknownException when it is not ready in time, or the node is lost meanwhile; call it again
     * @throws UnsafeToProceedException when the node has no such static pod
     */
    public void start() {
        change(SHOW, "start kube-apiserver");
        StaticPodManifest pod = look().manifest;
        StaticPodReadiness readiness = new StaticPodReadiness(node, Optional.empty(), CALL);
        Waiting waiting = new Waiting(patience);
        long since = 0;
        String why = "";
        do {
            Readiness now = readiness.ask(pod);
            why = now.why();
            if (!now.ready()) {
                since = 0;
            } else if (since == 0) {
                since = System.nanoTime();
            } else if (System.nanoTime() - since > STEADY.toNanos()) {
                return;
            }
        } while (waiting.goesOn());
        throw new OutcomeUnknownException("kube-apiserver on " + node.name() + " is not ready: " + why + ".", null);
    }

    private Found look() {
        String text = asked(NodeCommand.script(LOOK, manifest).title("look for kube-apiserver's manifest"));
        int end = text.indexOf('\n');
        return new Found(
                text.startsWith("hidden"),
                StaticPodManifest.parse(
                        text.substring(end + 1), StaticPodManifest.KUBE_APISERVER, manifest + " on " + node.name()));
    }

    private void change(String script, String title) {
        requireDone(node.run(
                NodeCommand.script(script, manifest).title(title).deadline(CALL).build()));
    }

    private boolean runs(StaticPodManifest pod) {
        String[] flags = Stream.of("secure-port", "advertise-address")
                .flatMap(name -> pod.flag(name).map(value -> "--" + name + "=" + value).stream())
                .toArray(String[]::new);
        String told = asked(NodeCommand.script(PROCESSES, flags).title("look for kube-apiserver's process"));
        if (!told.endsWith("end")) {
            throw new SiteUnreachableException("The processes of " + node.name() + " cannot be read.");
        }
        return !told.equals("end");
    }

    /** Asking changes nothing. */
    private String asked(NodeCommand.Builder command) {
        try {
            return requireDone(node.run(command.deadline(CALL).build())).outText();
        } catch (OutcomeUnknownException e) {
            throw new SiteUnreachableException(
                    node.name() + " could not be asked about kube-apiserver: " + e.getMessage(), e);
        }
    }

    private CommandResult requireDone(CommandResult result) {
        if (result.succeeded()) {
            return result;
        }
        throw new UnsafeToProceedException(node.name() + ": "
                + (result.exitCode() == NEITHER
                        ? result.errText()
                        : "kube-apiserver's manifest " + manifest + " could not be moved (exit code "
                                + result.exitCode() + ": " + result.errText() + ")")
                + ". Connect as root, and say where the static pod is.");
    }
}
