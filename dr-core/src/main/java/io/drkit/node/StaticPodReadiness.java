package io.drkit.node;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Asks the kube-apiserver of a node whether it is ready: on the node itself, so that no load balancer answers for another, and with the
 * certificate by which kube-apiserver calls kubelets where that is there, for not every cluster lets strangers ask. Thread-safe.
 */
public final class StaticPodReadiness {

    /** $1 is the URL, $2 and $3 certificate and key, $4 what of the answer is of interest. The last line is the status. */
    private static final String GET = """
            url=$1 cert=$2 key=$3 pattern=$4
            if command -v curl >/dev/null 2>&1; then
              set -- -s -S -k --noproxy '*' --max-time 10 -w '\\n%{http_code}'
              if [ -r "$cert" ] && [ -r "$key" ]; then set -- "$@" --cert "$cert" --key "$key"; fi
              answer=$(curl "$@" -- "$url") || answer="$answer
            000"
            elif command -v wget >/dev/null 2>&1; then
              set -- -q -O - --no-check-certificate --no-proxy --timeout=10 --tries=1
              if [ -r "$cert" ] && [ -r "$key" ]; then set -- "$@" --certificate="$cert" --private-key="$key"; fi
              answer=$(wget "$@" -- "$url") && answer="$answer
            200" || answer="$answer
            000"
            else
              echo 'it has neither curl nor wget to ask with; give a command that tells whether kube-apiserver is ready' >&2
              exit 3
            fi
            printf '%s\\n' "$answer" | sed '$d' | grep -e "$pattern" | head -n 40
            printf '%s\\n' "$answer" | tail -n 1
            """;

    private final NodeAccess node;
    private final Optional<String> command;
    private final Duration deadline;

    /**
     * @param node is not closed
     * @param command a script that ends with 0 when it is ready; empty for asking its {@code /readyz} by curl or wget
     * @param deadline of each command on the node
     */
    public StaticPodReadiness(NodeAccess node, Optional<String> command, Duration deadline) {
        this.node = node;
        this.command = command;
        this.deadline = deadline;
    }

    /**
     * @param ready whether it is
     * @param why what it says if not
     */
    public record Readiness(boolean ready, String why) {}

    /**
     * Asks once.
     *
     * @throws SiteUnreachableException when the node does not answer
     */
    public Readiness ask(StaticPodManifest manifest) {
        if (command.isPresent()) {
            CommandResult result = run(NodeCommand.script(command.get()).title("ask whether it is ready"));
            return new Readiness(result.succeeded(), "the command that tells returned " + result.exitCode());
        }
        CommandResult result = get(manifest, "/readyz", "^\\[-\\]");
        String[] lines = result.outText().split("\n", -1);
        String status = lines[lines.length - 1];
        if (result.exitCode() == 3) {
            return new Readiness(false, result.errText());
        }
        if (status.equals("401") || status.equals("403")) {
            return new Readiness(
                    false,
                    "its /readyz answers " + status
                            + " to strangers, and there is no certificate to ask it with; give a command that tells whether it is ready");
        }
        String checks = lines.length == 1 ? "" : ": " + String.join(", ", lines).replace(", " + status, "");
        return new Readiness(
                status.equals("200"),
                status.equals("000") ? "it does not answer" : "its /readyz answers " + status + checks);
    }

    /**
     * Gets a page of it.
     *
     * @param pattern what of the answer is of interest, for grep; at most 40 such lines are kept
     * @return whose output ends with a line that is the HTTP status, 000 where it does not answer; exit code 3 where there is nothing to ask with
     * @throws SiteUnreachableException when the node does not answer
     */
    public CommandResult get(StaticPodManifest manifest, String path, String pattern) {
        String address = manifest.flag("bind-address").orElse("0.0.0.0");
        String host = address.equals("0.0.0.0") || address.equals("::") ? "127.0.0.1" : address;
        String url = "https://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + manifest.flag("secure-port").orElse("6443") + path;
        return run(NodeCommand.script(
                        GET,
                        url,
                        file(manifest, "kubelet-client-certificate"),
                        file(manifest, "kubelet-client-key"),
                        pattern)
                .title("ask kube-apiserver for " + path));
    }

    private static String file(StaticPodManifest manifest, String flag) {
        return manifest.flag(flag).flatMap(manifest::onHost).orElse("");
    }

    /** Asking changes nothing. */
    private CommandResult run(NodeCommand.Builder command) {
        try {
            return node.run(command.deadline(deadline).build());
        } catch (OutcomeUnknownException e) {
            throw new SiteUnreachableException(
                    String.format(Locale.ROOT, "%s could not be asked: %s", node.name(), e.getMessage()), e);
        }
    }
}
