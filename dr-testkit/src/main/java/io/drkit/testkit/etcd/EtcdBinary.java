package io.drkit.testkit.etcd;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where an etcd program lies, with its etcdctl beside it. {@code script/etcd} puts both kinds named here in place.
 *
 * @param etcd the server's program; {@code etcdctl} and, from 3.5, {@code etcdutl} are looked for in the same folder
 */
public record EtcdBinary(Path etcd) {

    private static final Pattern VERSION = Pattern.compile("etcd Version: (\\S+)");

    /**
     * The etcd that is installed: {@code DRKIT_ETCD}, or the first on the PATH, or {@code /usr/bin/etcd}.
     *
     * @throws IllegalStateException when there is none
     */
    public static EtcdBinary installed() {
        return Stream.concat(
                        environment("DRKIT_ETCD").map(Path::of).stream(),
                        Stream.concat(
                                Stream.of(environment("PATH").orElse("").split(File.pathSeparator))
                                        .map(folder -> Path.of(folder, "etcd")),
                                Stream.of(Path.of("/usr/bin/etcd"))))
                .filter(Files::isExecutable)
                .findFirst()
                .map(EtcdBinary::new)
                .orElseThrow(() -> new IllegalStateException(
                        "No etcd was found: run script/etcd, or set DRKIT_ETCD to an etcd program."));
    }

    /** The etcd 3.5 that {@code script/etcd} unpacked, or {@code DRKIT_ETCD_35}; empty where neither is there. */
    public static Optional<EtcdBinary> v35() {
        Path unpacked = environment("XDG_CACHE_HOME")
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache"))
                .resolve("drkit/etcd-3.5/etcd");
        return Optional.of(environment("DRKIT_ETCD_35").map(Path::of).orElse(unpacked))
                .filter(Files::isExecutable)
                .map(EtcdBinary::new);
    }

    /** The version the program gives, such as {@code 3.4.23}. */
    public String version() {
        String text = Command.run(List.of(etcd.toString(), "--version"), Map.of(), "", Duration.ofSeconds(10));
        Matcher version = VERSION.matcher(text);
        return version.find() ? version.group(1) : "unknown";
    }

    /** Saves a snapshot of the member with this URL, which asks for neither certificate nor user. */
    public void snapshotSave(String url, Path file) {
        Command.run(
                List.of(etcdctl().toString(), "snapshot", "save", file.toString()),
                Map.of("ETCDCTL_ENDPOINTS", url),
                "",
                Duration.ofSeconds(60));
    }

    Path etcdctl() {
        return etcd.resolveSibling("etcdctl");
    }

    /** What restores snapshots: etcdutl where it exists (from 3.5), etcdctl before. */
    public Path restorer() {
        Path etcdutl = etcd.resolveSibling("etcdutl");
        return Files.isExecutable(etcdutl) ? etcdutl : etcdctl();
    }

    private static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty());
    }
}
