package io.drkit.etcd.snapshot;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How snapshots are served on this machine: made by {@link #builder}.
 *
 * @param etcd the server's program; default {@code etcd}, from the PATH. Of the version that the snapshot was taken of, or, for a seed, of the version that the
 *     standby runs
 * @param restorer what restores snapshots; default {@code etcdutl}, or else {@code etcdctl}, beside {@code etcd} or from the PATH
 * @param folder in which a folder is made for the time it takes, with room for twice the snapshot; default {@code java.io.tmpdir}
 * @param timeout for restoring and starting together; default 10 minutes
 */
public record ScratchOptions(@Nullable Path etcd, @Nullable Path restorer, Path folder, Duration timeout) {

    private static final String INSTALL = "Install etcd's programs on this machine, in the version that the site runs"
            + " (on Debian the packages etcd-server and etcd-client, or from github.com/etcd-io/etcd/releases), or say where they are.";

    public ScratchOptions {
        if (timeout.toMillis() <= 0) {
            throw new IllegalArgumentException("The timeout of a scratch etcd must be positive.");
        }
    }

    public static ScratchOptions defaults() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Both programs, found. */
    record Programs(Path etcd, Path restorer) {}

    /** @throws IllegalArgumentException when one is not there */
    Programs programs() {
        Path server = etcd == null ? onPath("etcd") : executable(etcd);
        if (server == null) {
            throw new IllegalArgumentException("There is no program etcd, which a snapshot is served by. " + INSTALL);
        }
        Path tool = restorer == null ? beside(server) : executable(restorer);
        if (tool == null) {
            throw new IllegalArgumentException(
                    "There is no program etcdutl or etcdctl, which a snapshot is restored by. " + INSTALL);
        }
        return new Programs(server.toAbsolutePath(), tool.toAbsolutePath());
    }

    private static Path executable(Path program) {
        if (!isProgram(program)) {
            throw new IllegalArgumentException(program + " is no program that can be run. " + INSTALL);
        }
        return program;
    }

    /** etcdctl of etcd 3.4 and 3.5 restores snapshots too. */
    private static @Nullable Path beside(Path server) {
        for (String name : List.of("etcdutl", "etcdctl")) {
            Path sibling = server.toAbsolutePath().resolveSibling(name);
            if (isProgram(sibling)) {
                return sibling;
            }
        }
        Path etcdutl = onPath("etcdutl");
        return etcdutl == null ? onPath("etcdctl") : etcdutl;
    }

    private static @Nullable Path onPath(String name) {
        String path = System.getenv("PATH");
        return Stream.of((path == null ? "" : path).split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(ScratchOptions::isProgram)
                .findFirst()
                .orElse(null);
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    /** Collects the options. Not thread-safe. */
    public static final class Builder {

        private @Nullable Path etcd;
        private @Nullable Path restorer;
        private Path folder = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
        private Duration timeout = Duration.ofMinutes(10);

        private Builder() {}

        public Builder etcd(Path program) {
            this.etcd = program;
            return this;
        }

        public Builder restorer(Path program) {
            this.restorer = program;
            return this;
        }

        public Builder folder(Path folder) {
            this.folder = folder;
            return this;
        }

        public Builder timeout(Duration timeout) {
            this.timeout = timeout;
            return this;
        }

        /** @throws IllegalArgumentException when the timeout is not positive */
        public ScratchOptions build() {
            return new ScratchOptions(etcd, restorer, folder, timeout);
        }
    }
}
