package io.drkit.node;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a node says about itself. Reading it changes nothing.
 *
 * @param hostname its host name
 * @param os its distribution, as {@code /etc/os-release} puts it; empty where it does not say
 * @param kernel the release of its kernel
 * @param versions what is installed in which version, by name: {@code kubelet}, {@code kubeadm}, {@code containerd}, {@code etcd}; and the image
 *     of {@code kube-apiserver} where its static pod's manifest is there
 * @param disks the file systems of the paths that were asked for and exist
 * @param clockSkew by how much its clock is ahead of ours; negative when behind
 * @param clockUncertainty by how much that may be wrong either way: half of what asking took
 */
public record HostFacts(
        String hostname,
        String os,
        String kernel,
        Map<String, String> versions,
        List<Disk> disks,
        Duration clockSkew,
        Duration clockUncertainty) {

    /** Where a control-plane node must have room: the root, the cluster's configuration, etcd's data. */
    public static final List<String> CONTROL_PLANE_PATHS = List.of("/", "/etc/kubernetes", "/var/lib/etcd");

    private static final String SCRIPT = """
            LC_ALL=C PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
            export LC_ALL PATH
            fact() { printf '%s\\t%s\\n' "$1" "$2"; }
            fact hostname "$(uname -n)"
            fact kernel "$(uname -r)"
            fact os "$(. /etc/os-release 2>/dev/null && printf '%s' "${PRETTY_NAME-}")"
            version() {
              command -v "$1" >/dev/null 2>&1 || return 0
              said=$("$@" 2>/dev/null </dev/null) && fact "version $1" "$(printf '%s' "$said" | head -n 1)"
            }
            version kubelet --version
            version kubeadm version -o short
            version containerd --version
            version etcd --version
            while read -r key value; do
              [ "$key" != image: ] || fact 'version kube-apiserver' "$value"
            done 2>/dev/null < /etc/kubernetes/manifests/kube-apiserver.yaml
            for path in "$@"; do
              [ -e "$path" ] || continue
              df -Pk -- "$path" | { read -r _; read -r _ total _ free _; fact disk "$total $free $path"; }
            done
            exit 0
            """;

    /** A file system, by a path in it. */
    public record Disk(String path, long totalBytes, long freeBytes) {}

    public HostFacts {
        versions = Map.copyOf(versions);
        disks = List.copyOf(disks);
    }

    /** As {@link #of(NodeAccess, List, Clock, Duration)}, for {@link #CONTROL_PLANE_PATHS}, the system's clock and 30 s. */
    public static HostFacts of(NodeAccess node) {
        return of(node, CONTROL_PLANE_PATHS, Clock.systemUTC(), Duration.ofSeconds(30));
    }

    /**
     * Asks a node.
     *
     * @param paths whose file systems are looked at; those that do not exist are left out
     * @param clock what the node's clock is compared with
     * @throws SiteUnreachableException when it does not answer
     */
    public static HostFacts of(NodeAccess node, List<String> paths, Clock clock, Duration deadline) {
        Deadline end = new Deadline(deadline);
        try {
            CommandResult facts = node.run(NodeCommand.script(SCRIPT, paths.toArray(String[]::new))
                    .title("look at the host")
                    .deadline(end.left())
                    .build());
            // On its own, on a connection that is up: the shorter it takes, the better it is known.
            Instant before = clock.instant();
            CommandResult time = node.run(
                    NodeCommand.of("date", "+%s.%N").deadline(end.left()).build());
            Instant after = clock.instant();
            return parse(node.name(), facts, time, before, after);
        } catch (OutcomeUnknownException e) {
            // Looking changes nothing.
            throw new SiteUnreachableException(node.name() + " could not be looked at: " + e.getMessage(), e);
        }
    }

    private static HostFacts parse(
            String node, CommandResult facts, CommandResult time, Instant before, Instant after) {
        Map<String, String> single = new LinkedHashMap<>();
        Map<String, String> versions = new LinkedHashMap<>();
        List<Disk> disks = new ArrayList<>();
        for (String line : facts.outText().split("\n", -1)) {
            String[] fact = line.split("\t", 2);
            if (fact.length < 2) {
                continue;
            }
            if (fact[0].startsWith("version ")) {
                versions.put(fact[0].substring("version ".length()), fact[1].strip());
            } else if (fact[0].equals("disk")) {
                disks.add(disk(fact[1]));
            } else {
                single.put(fact[0], fact[1]);
            }
        }
        if (!facts.succeeded() || !time.succeeded() || !single.containsKey("hostname")) {
            throw new SiteUnreachableException(node + " could not be looked at: " + FileReading.reason(facts)
                    + ". Does it have a POSIX shell and GNU coreutils?");
        }
        Duration took = Duration.between(before, after);
        Instant there = Instant.EPOCH.plusNanos(
                new BigDecimal(time.outText()).movePointRight(9).longValue());
        return new HostFacts(
                single.getOrDefault("hostname", ""),
                single.getOrDefault("os", ""),
                single.getOrDefault("kernel", ""),
                versions,
                disks,
                Duration.between(before.plus(took.dividedBy(2)), there),
                took.dividedBy(2));
    }

    private static Disk disk(String fact) {
        String[] parts = fact.split(" ", 3);
        return new Disk(parts[2], Long.parseLong(parts[0]) << 10, Long.parseLong(parts[1]) << 10);
    }
}
