package io.drkit.examples.bench;

import io.drkit.etcd.EtcdKeyStore;
import io.drkit.etcd.snapshot.EtcdSnapshotReader;
import io.drkit.etcd.snapshot.EtcdStandbySeeder;
import io.drkit.etcd.snapshot.ScratchOptions;
import io.drkit.etcd.snapshot.Seed;
import io.drkit.etcd.snapshot.SeedOptions;
import io.drkit.keyspace.MirrorScope;
import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.SnapshotFolder;
import io.drkit.snapshot.SnapshotSaver;
import io.drkit.snapshot.SnapshotSource.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** How quickly is a standby filled from a snapshot, beside copying? */
final class SeedingCase implements BenchCase {

    private static final String SEEDING = "snapshot, saved, made a standby's, restored, served";
    private static final String SAVE = "  of that: saving";
    private static final String PREPARE = "  of that: making it a standby's";
    private static final String RESTORE = "  of that: restoring and starting";
    private static final String MIRROR = "mirror, in this JVM";
    private static final String MAKE_MIRROR = "etcdctl make-mirror, a process";

    private static final int ROUNDS = 5;
    private static final int SLOW_ROUNDS = 2;

    @Override
    public String name() {
        return "seeding";
    }

    @Override
    public CaseReport run(Lab lab) throws Exception {
        Dataset dataset = Dataset.spread(lab.keys(100_000));
        CaseReport report = new CaseReport(name(), dataset + " to a standby that is down");
        Site primary = lab.primary(dataset);
        Copying copying = new Copying(primary, dataset);
        if (lab.warmsUp()) {
            seed(primary, dataset, new CaseReport(name(), "warming up"));
            copying.measure(copying::mirror);
        }
        for (int round = 0; round < lab.rounds(ROUNDS); round++) {
            seed(primary, dataset, report);
            copying.measure(copying::mirror).into(report, MIRROR);
            if (round < lab.rounds(SLOW_ROUNDS)) {
                copying.measure(copying::makeMirror).into(report, MAKE_MIRROR);
            }
            lab.say(name() + ": round " + (round + 1));
        }
        report.atLeast(50, "seeding's speed over make-mirror's", report.quotient(MAKE_MIRROR, SEEDING, "s"));
        report.ratio("seeding's speed over the mirror's", report.quotient(MIRROR, SEEDING, "s"));
        return report;
    }

    private static void seed(Site primary, Dataset dataset, CaseReport report) throws IOException {
        Path folder = Files.createTempDirectory("drkit-bench");
        try (EtcdKeyStore store = primary.connect()) {
            SnapshotFolder snapshots = new SnapshotFolder(folder.resolve("snapshots"));
            long began = System.nanoTime();
            Snapshot saved = new SnapshotSaver(store.snapshots(), store, new EtcdSnapshotReader(), Clock.systemUTC())
                    .save(snapshots, Progress.NONE);
            long prepared = System.nanoTime();
            SnapshotFolder seeds = new SnapshotFolder(folder.resolve("seeds"));
            Seed seed = new EtcdStandbySeeder(ScratchOptions.defaults(), Clock.systemUTC())
                    .prepare(
                            snapshots.file(saved),
                            saved,
                            seeds,
                            SeedOptions.builder().primary(store).build(),
                            Progress.NONE);
            long restored = System.nanoTime();
            try (Site standby = Site.restored(seeds.file(seed.snapshot()))) {
                long count = standby.store().count(MirrorScope.all().range());
                long ended = System.nanoTime();
                if (count != dataset.size()) {
                    throw new IllegalStateException(
                            "a standby was seeded with " + count + " keys instead of " + dataset.size());
                }
                report.add(SEEDING, "s", (ended - began) / 1e9);
                report.add(SAVE, "s", (prepared - began) / 1e9);
                report.add(PREPARE, "s", (restored - prepared) / 1e9);
                report.add(RESTORE, "s", (ended - restored) / 1e9);
            }
        } finally {
            delete(folder);
        }
    }

    static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            Files.delete(each);
        }
    }
}
