package io.drkit.rollout;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Asks a node which kube-apiserver runs there, and that one whether it is ready: on the node itself, so that no load balancer answers for another,
 * and with the certificate by which kube-apiserver calls kubelets where that is there, for not every cluster lets strangers ask.
 */
final class ServerProbe {

    /**
     * $1 is the file as kube-apiserver is told it, $2 the same on the node, $3 a folder whose disk matters as well. A process is known by the
     * boot, its number among those of the node, for nodes may be containers of one machine, and when it began.
     */
    private static final String PROCESSES = """
            LC_ALL=C
            export LC_ALL
            boot= hertz=$(getconf CLK_TCK) booted=$(sed -n 's/^btime //p' /proc/stat)
            read -r boot 2>/dev/null < /proc/sys/kernel/random/boot_id
            for process in /proc/[0-9]*; do
              comm=
              read -r comm 2>/dev/null < "$process/comm" || continue
              [ "$comm" = kube-apiserver ] || continue
              tr '\\0' '\\n' 2>/dev/null < "$process/cmdline" | grep -qxF -e "--encryption-provider-config=$1" -e "$1" || continue
              read -r stat 2>/dev/null < "$process/stat" || continue
              set -- "$1" "$2" "$3" ${stat##*) }
              [ "$4" = Z ] || printf 'server %s:%s:%s:%s %s\\n' "$boot" "$(readlink "$process/ns/pid" 2>/dev/null)" "${process##*/}" "${23}" $((booted + ${23} / hertz))
            done
            printf 'changed %s\\n' "$(stat -L -c %Z -- "$2" 2>/dev/null || echo 0)"
            for folder in "${2%/*}" "$3"; do
              df -Pk -- "$folder" 2>/dev/null | { read -r _; read -r _ _ _ free _; printf 'free %s\\n' "${free:-0}"; }
            done
            """;

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

    static final String RELOADED = "apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds{";

    private static final long TOLERANCE_SECONDS = 2;

    private final NodeAccess node;
    private final StaticPodOptions options;

    ServerProbe(NodeAccess node, StaticPodOptions options) {
        this.node = node;
        this.options = options;
    }

    /**
     * What runs, and what it could have read.
     *
     * @param servers the processes, and when each began, in seconds since 1970
     * @param fileChanged when the file, or what there is about it, was last changed, likewise
     */
    record Processes(Map<String, Long> servers, long fileChanged, long freeBytes) {

        /** The one that serves; empty for none or several. */
        String server() {
            return servers.size() == 1 ? servers.keySet().iterator().next() : "";
        }

        /** Whether the file was changed after the server began. A process's beginning is known to a second or so. */
        boolean isFileNewer() {
            return servers.values().stream().anyMatch(began -> fileChanged > began + TOLERANCE_SECONDS);
        }
    }

    /** Whether the server is ready, and what it says if not. */
    record Readiness(boolean ready, String why) {}

    Processes processes(StaticPodManifest manifest, String hostPath) {
        String folder =
                options.manifest().substring(0, Math.max(1, options.manifest().lastIndexOf('/')));
        CommandResult result = run(NodeCommand.script(
                        PROCESSES, manifest.flag(StaticPodApiserver.FLAG).orElse(""), hostPath, folder)
                .title("look for kube-apiserver"));
        Map<String, Long> servers = new LinkedHashMap<>();
        long free = Long.MAX_VALUE;
        long changed = -1;
        for (String line : result.outText().split("\n", -1)) {
            String[] words = line.split(" ", -1);
            if (words[0].equals("server")) {
                servers.put(words[1], Long.parseLong(words[2]));
            } else if (words[0].equals("changed")) {
                changed = Long.parseLong(words[1]);
            } else if (words[0].equals("free")) {
                free = Math.min(free, Long.parseLong(words[1]) << 10);
            }
        }
        if (changed < 0 || free == Long.MAX_VALUE) {
            throw new SiteUnreachableException(node.name() + " could not be looked at: " + result.errText()
                    + ". Does it have a POSIX shell, GNU coreutils and /proc?");
        }
        return new Processes(servers, changed, free);
    }

    Readiness readiness(StaticPodManifest manifest) {
        if (options.readyCommand().isPresent()) {
            CommandResult result =
                    run(NodeCommand.script(options.readyCommand().get()).title("ask whether it is ready"));
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

    /** Whether it has told since then that it reloaded the file with success. */
    boolean hasReloadedSince(StaticPodManifest manifest, long seconds) {
        return lastReload(manifest)
                .lines()
                .filter(line -> line.startsWith(RELOADED))
                .anyMatch(line ->
                        new BigDecimal(line.substring(line.lastIndexOf(' ') + 1)).compareTo(BigDecimal.valueOf(seconds))
                                >= 0);
    }

    /**
     * When kube-apiserver last reloaded the file with success, as it tells by a metric; empty when it does not say. Another value after the file was
     * replaced is the proof that it has read the new one (Kubernetes documentation, "Configure automatic reloading").
     */
    String lastReload(StaticPodManifest manifest) {
        CommandResult result = get(manifest, "/metrics", "^" + RELOADED + ".*status=\"success\"");
        String[] lines = result.outText().split("\n", -1);
        return lines[lines.length - 1].equals("200") ? String.join("\n", lines) : "";
    }

    private CommandResult get(StaticPodManifest manifest, String path, String pattern) {
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
            return node.run(command.deadline(options.callDeadline()).build());
        } catch (OutcomeUnknownException e) {
            throw new SiteUnreachableException(
                    String.format(Locale.ROOT, "%s could not be asked: %s", node.name(), e.getMessage()), e);
        }
    }
}
