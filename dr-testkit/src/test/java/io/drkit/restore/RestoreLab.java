package io.drkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.file.Sha256;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.node.NodeAccess;
import io.drkit.snapshot.Snapshot;
import io.drkit.testkit.controlplane.EtcdSite;
import io.drkit.testkit.etcd.EtcdBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A site with something stored, a snapshot of that, and something stored after it. */
final class RestoreLab implements AutoCloseable {

    static final String SITE = "site-a";
    private static final int KEYS = 20;

    private final EtcdSite site;
    private final EtcdBinary binary;
    private final Path folder;
    private final Path file;
    private final Snapshot snapshot;

    private RestoreLab(EtcdSite site, EtcdBinary binary) {
        this.site = site;
        this.binary = binary;
        try {
            folder = Files.createTempDirectory("drkit-restore");
            file = folder.resolve("snapshot.db");
            IntStream.range(0, KEYS).forEach(i -> site.store(0).put("/registry/then/" + i, "value " + i));
            long revision = site.store(0).revision();
            site.save(file);
            snapshot = manifest(file, revision, site.store(0).count(KeyRange.ALL), SITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        writeLater();
    }

    static RestoreLab onThisMachine(EtcdBinary binary, int members) {
        return new RestoreLab(EtcdSite.onThisMachine(binary, members), binary);
    }

    static Snapshot manifest(Path file, long revision, long keys, String siteId) throws IOException {
        return new Snapshot(
                "snapshot.db",
                "2026-11-30T10:00:00Z",
                siteId,
                "1",
                "cp-0",
                "1",
                revision,
                keys,
                Files.size(file),
                Sha256.of(file),
                false,
                "3.5.16",
                "",
                List.of());
    }

    EtcdSite site() {
        return site;
    }

    Path folder() {
        return folder;
    }

    Path file() {
        return file;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    RestoreTarget target() {
        return new RestoreTarget(file, snapshot, Optional.of(SITE), Optional.empty());
    }

    /** As quick as may be. */
    RestoreOptions.Builder options() {
        return RestoreOptions.builder()
                .tool(binary.restorer().toString())
                .kubeletRestart("echo restarted >> /etc/kubernetes/../kubelet-restarts")
                .readyCommand("true")
                .steadyFor(Duration.ofMillis(150))
                .stopTimeout(Duration.ofSeconds(15))
                .healthTimeout(Duration.ofSeconds(20))
                .readyTimeout(Duration.ofSeconds(20));
    }

    SnapshotRestore restore(List<? extends NodeAccess> nodes) {
        return SnapshotRestore.on(nodes, options().build(), said -> {});
    }

    SnapshotRestore restore() {
        return restore(site.accesses());
    }

    Supplier<KeyStore> store() {
        return () -> site.store(0);
    }

    void writeLater() {
        site.store(0).put("/registry/later", "x");
        site.store(0).put("/registry/then/0", "changed later");
    }

    /** Another snapshot, of now. */
    void save(String name) {
        site.save(folder.resolve(name));
    }

    /** Each member holds what the snapshot held, and nothing later. */
    void requireRestored() {
        for (int member = 0; member < site.size(); member++) {
            assertThat(site.store(member).get("/registry/later")).isNull();
            assertThat(site.store(member).get("/registry/then/0")).isEqualTo("value 0");
            assertThat(site.store(member).get("/registry/then/" + (KEYS - 1))).isEqualTo("value " + (KEYS - 1));
            assertThat(site.store(member).count(KeyRange.ALL)).isEqualTo(snapshot.keys());
        }
    }

    /** Each member holds what was there before. */
    void requireUntouched() {
        site.awaitHealthy();
        for (int member = 0; member < site.size(); member++) {
            assertThat(site.store(member).get("/registry/later")).isEqualTo("x");
            assertThat(site.store(member).get("/registry/then/0")).isEqualTo("changed later");
        }
    }

    /** What lies in the configuration of all nodes, and in the data beside what etcd writes all the time; of what restores keep there, no content. */
    Map<String, String> files() {
        Map<String, String> files = new TreeMap<>();
        for (int node = 0; node < site.size(); node++) {
            for (Path root : List.of(site.path(node, "/etc/kubernetes"), site.data(node))) {
                String under = root.equals(site.data(node)) ? site.data(node).resolve("member") + "/" : "no such";
                try (Stream<Path> all = Files.walk(root)) {
                    all.filter(each -> !each.startsWith(under) || each.equals(root.resolve("member")))
                            .forEach(each -> files.put(each.toString(), describe(each)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return files;
    }

    private static String describe(Path path) {
        try {
            String inode = String.valueOf(Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS));
            String mode = String.valueOf(Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS));
            boolean file = Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
            if (file && path.toString().contains("/.drkit-restore/")) {
                return mode + " " + inode + " " + Files.size(path);
            }
            return mode + (file ? " " + Sha256.of(path) : Files.isDirectory(path) ? " " + inode : " link");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        site.close();
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
