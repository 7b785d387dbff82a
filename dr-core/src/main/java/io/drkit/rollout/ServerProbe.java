package io.drkit.rollout;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.node.StaticPodManifest;
import io.drkit.node.StaticPodReadiness;
import io.drkit.node.StaticPodReadiness.Readiness;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Asks a node which kube-apiserver runs there, and that one whether it is ready and what it has read. */
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

    static final String RELOADED = "apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds{";

    private static final long TOLERANCE_SECONDS = 2;

    private final NodeAccess node;
    private final StaticPodOptions options;
    private final StaticPodReadiness readiness;

    ServerProbe(NodeAccess node, StaticPodOptions options) {
        this.node = node;
        this.options = options;
        this.readiness = new StaticPodReadiness(node, options.readyCommand(), options.callDeadline());
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
        return readiness.ask(manifest);
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
        CommandResult result = readiness.get(manifest, "/metrics", "^" + RELOADED + ".*status=\"success\"");
        String[] lines = result.outText().split("\n", -1);
        return lines[lines.length - 1].equals("200") ? String.join("\n", lines) : "";
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
