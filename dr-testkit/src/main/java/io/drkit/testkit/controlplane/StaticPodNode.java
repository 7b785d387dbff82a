package io.drkit.testkit.controlplane;

import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.testkit.LocalNode;
import io.drkit.testkit.etcd.EtcdBinary;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A node with a kubelet that keeps static pods running; see {@link EtcdSite}. */
final class StaticPodNode implements AutoCloseable {

    /** Where etcd sees its data on a node that has mounts of its own. */
    static final String IN_CONTAINER = "/srv";

    /**
     * {@code $dir} is the node's folder, {@code $manifests} and {@code $tools} folders, {@code $container} runs a program in one. Told apart by what
     * the pods are, without comments; forks nothing as long as nothing changes.
     */
    private static final String KUBELET = """
            umask 077
            nl='
            '
            look() {
              now=
              [ -e "$manifests/$1.yaml" ] || return 0
              while IFS= read -r line; do
                case ${line#"${line%%[! ]*}"} in '#'*) ;; *) now=$now$line$nl ;; esac
              done < "$manifests/$1.yaml"
            }
            run() {
              echo "$1" >> "$dir/starts"
              program=$1
              shift
              IFS=$nl
              for line in $now; do
                case $line in '    - --'*) set -- "$@" "${line#*- }" ;; esac
              done
              unset IFS
              case $program in
                etcd) $container "$tools/etcd" "$@" >> "$dir/etcd.log" 2>&1 & ;;
                *) "$dir/bin/$program" "$@" & ;;
              esac
            }
            end() { kill "$1" 2>/dev/null; wait "$1"; }
            a= b= c= d=
            ap= bp= cp= dp=
            trap 'end $ap; end $bp; end $cp; end $dp; exit' TERM
            while :; do
              steady=yes
              for pod in a:etcd b:kube-apiserver c:kube-controller-manager d:kube-scheduler; do
                v=${pod%%:*}
                look "${pod#*:}"
                eval "was=\\$$v pid=\\$${v}p"
                if [ "$now" != "$was" ] && [ -n "$pid" ]; then end "$pid"; pid=; steady=; fi
                if [ -n "$now" ] && { [ -z "$pid" ] || ! kill -0 "$pid" 2>/dev/null; }; then
                  [ -z "$pid" ] || sleep 0.3
                  run "${pod#*:}"
                  pid=$!
                  steady=
                fi
                eval "$v=\\$now ${v}p=\\$pid"
              done
              if [ "$steady" ]; then : > "$dir/steady"; else rm -f "$dir/steady"; fi
              sleep 0.1
            done
            """;

    private static final String OTHER =
            "#!/bin/sh\ntrap 'kill $!; exit' TERM\nwhile :; do sleep 1000 & wait $!; done\n";

    private static final String CONTAINER = "#!/bin/sh\nexec unshare -m --propagation private sh -c '"
            + "mount --bind \"$dir/data\" " + IN_CONTAINER + " && mount --bind \"$tools\" /usr/local/bin && shift && "
            + "exec /usr/local/bin/etcd \"$@\"' sh \"$@\"\n";

    private final String name;
    private final Path folder;
    private final Optional<UnaryOperator<OpenSshServer.Builder>> change;
    private @Nullable OpenSshServer ssh;
    private @Nullable Process kubelet;

    private StaticPodNode(String name, Optional<UnaryOperator<OpenSshServer.Builder>> change) {
        this.name = name;
        this.change = change;
        try {
            folder = Files.createTempDirectory("drkit-node");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            for (String each : new String[] {"bin", "kubernetes/manifests", "kubernetes/pki"}) {
                Files.createDirectories(folder.resolve(each));
            }
            Files.createDirectory(
                    folder.resolve("data"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            for (String other : new String[] {"kube-apiserver", "kube-controller-manager", "kube-scheduler"}) {
                script(other, OTHER);
            }
            script("container", CONTAINER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static StaticPodNode inFolder(String name) {
        return new StaticPodNode(name, Optional.empty());
    }

    static StaticPodNode overSsh(String name, UnaryOperator<OpenSshServer.Builder> change) {
        return new StaticPodNode(name, Optional.of(change));
    }

    private void script(String program, String text) throws IOException {
        Path file = Files.writeString(folder.resolve("bin").resolve(program), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Starts the kubelet, and the server where it has one. */
    void start(EtcdBinary binary) {
        String tools = binary.etcd().toAbsolutePath().resolveSibling("").toString();
        try {
            if (change.isPresent()) {
                Path file = Files.writeString(folder.resolve("kubelet.sh"), KUBELET);
                ssh = change.get()
                        .apply(OpenSshServer.builder()
                                .hostname(name)
                                .ownProcesses()
                                .boot("mkdir -p /etc/kubernetes\nmount --bind " + folder.resolve("kubernetes")
                                        + " /etc/kubernetes\n(export dir=" + folder + " tools=" + tools
                                        + " manifests=/etc/kubernetes/manifests container="
                                        + folder.resolve("bin/container")
                                        + "\nexec sh " + file + " > " + folder.resolve("kubelet.log") + " 2>&1) &"))
                        .start();
                return;
            }
            ProcessBuilder builder = new ProcessBuilder("sh", "-c", KUBELET);
            builder.environment().keySet().removeIf(variable -> variable.startsWith("ETCD"));
            builder.environment().put("dir", folder.toString());
            builder.environment().put("tools", tools);
            builder.environment()
                    .put("manifests", folder.resolve("kubernetes/manifests").toString());
            builder.environment().put("container", "");
            kubelet = builder.redirectErrorStream(true)
                    .redirectOutput(folder.resolve("kubelet.log").toFile())
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(this::close, "end test node"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder() {
        return folder;
    }

    Path path(String file) {
        return folder.resolve(file.replaceFirst("^/etc/", ""));
    }

    void write(String file, String text) {
        try {
            // Taken in at once, as whoever edits a manifest should have it.
            Path part = Files.writeString(folder.resolve("part"), text);
            Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-------"));
            Files.move(part, path(file), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the kubelet has nothing to do. */
    boolean isSteady() {
        return Files.exists(folder.resolve("steady"));
    }

    Stream<String> starts() {
        return EtcdSite.read(folder.resolve("starts")).lines();
    }

    OpenSshServer ssh() {
        if (ssh == null) {
            throw new IllegalStateException(name + " is a folder.");
        }
        return ssh;
    }

    /** As the folder it is: where a command says /etc/kubernetes, that in it. */
    NodeAccess access() {
        LocalNode local = new LocalNode(name);
        return new NodeAccess() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public CommandResult run(NodeCommand command) {
                return local.run(new NodeCommand(
                        command.title(),
                        command.arguments().stream()
                                .map(each -> each.replace(
                                        "/etc/kubernetes",
                                        folder.resolve("kubernetes").toString()))
                                .toList(),
                        command.input(),
                        command.deadline(),
                        command.outputLimit()));
            }

            @Override
            public void close() {}
        };
    }

    String log() {
        String etcd = EtcdSite.read(folder.resolve("etcd.log"));
        return name + ": " + EtcdSite.read(folder.resolve("kubelet.log"))
                + etcd.substring(Math.max(0, etcd.length() - 2_000));
    }

    @Override
    public synchronized void close() {
        if (ssh != null) {
            ssh.close();
        }
        if (kubelet != null) {
            Stream.concat(kubelet.descendants(), Stream.of(kubelet.toHandle()))
                    .toList()
                    .forEach(ProcessHandle::destroyForcibly);
        }
        EtcdSite.delete(folder);
    }
}
