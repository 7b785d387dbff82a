package io.drkit.etcd.snapshot;

import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.SnapshotFolder;
import io.drkit.snapshot.SnapshotSource.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** Seeds a standby in a process of its own, for tests that kill it. What it logs says how far it has come. */
final class SeedProgram {

    private SeedProgram() {}

    /** Starts it, with variables that would lead any etcd astray. */
    static Process start(Path snapshot, Path manifest, Path target, Path scratch, Path etcd) throws IOException {
        ProcessBuilder program = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SeedProgram.class.getName(),
                        snapshot.toString(),
                        manifest.toString(),
                        target.toString(),
                        scratch.toString(),
                        etcd.toString()))
                .redirectErrorStream(true);
        program.environment().put("ETCD_DATA_DIR", "/nowhere");
        program.environment().put("ETCD_INITIAL_CLUSTER_STATE", "existing");
        program.environment().put("ETCD_LISTEN_METRICS_URLS", "http://0.0.0.0:1");
        program.environment().put("ETCDCTL_API", "2");
        program.environment().put("ETCDCTL_DATA_DIR", "/nowhere");
        program.environment().put("ETCDUTL_DATA_DIR", "/nowhere");
        return program.start();
    }

    /** @param arguments as {@link #start} has them */
    public static void main(String[] arguments) throws IOException {
        Path manifest = Path.of(arguments[1]);
        ScratchOptions scratch = ScratchOptions.builder()
                .folder(Path.of(arguments[3]))
                .etcd(Path.of(arguments[4]))
                .build();
        new EtcdStandbySeeder(scratch, Clock.systemUTC())
                .prepare(
                        Path.of(arguments[0]),
                        Snapshot.parse(Files.readString(manifest), manifest.toString()),
                        new SnapshotFolder(Path.of(arguments[2])),
                        SeedOptions.defaults(),
                        Progress.NONE);
        System.out.println("done");
    }
}
