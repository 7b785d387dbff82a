package io.drkit.examples.bench;

import io.drkit.examples.cli.PlatformSettings;
import io.drkit.examples.demo.Opened;
import io.drkit.examples.demo.Stage;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Walk;
import io.drkit.testkit.machine.PrivateNetwork;
import io.drkit.volsync.AcknowledgedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * The demo's two sites, nodes, name server and volumes, with a mirror, whose primary was lost under write load: what a failover is measured on. Where no
 * machines can be had there are no nodes.
 */
final class LostPrimary implements AutoCloseable {

    private static final int PER_SECOND = 400;
    /** Enough of the application's that no sync finds its volumes emptied. */
    private static final int RECORDS = 50;

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final Opened opened = new Opened();
    private final Path folder;
    private final Stage stage;
    private final Following sites;
    private final PacedWriter writer;
    private final int writes;

    /** How it is lost: its etcd and its Kubernetes API, or the whole site. */
    enum Loss {
        /** What is asked refuses. */
        KILLED,
        /** What is asked does not answer. */
        CUT_OFF
    }

    private LostPrimary(Path folder, Loss loss, Duration span) throws IOException, InterruptedException {
        this.folder = folder;
        opened.add(() -> SeedingCase.delete(folder));
        try {
            stage = Stage.set(folder, opened, PrivateNetwork.canBeHad());
            stage.writeConfig();
            sites = opened.add(Following.start(
                    Following.MIRROR,
                    Site.of(stage.primary().etcd()),
                    Site.of(stage.standby().etcd())));
            opened.add(application());
            volumes("protect");
            volumes("sync");
            writes = (int) (PER_SECOND * span.plus(PATIENCE).toSeconds());
            writer = new PacedWriter(sites.primary().store(), writes);
            lose(loss, span);
        } catch (RuntimeException | IOException | InterruptedException e) {
            close();
            throw e;
        }
    }

    /** @param span how long the primary is written to before it is lost */
    static LostPrimary after(Duration span, Loss loss) throws IOException, InterruptedException {
        return new LostPrimary(Files.createTempDirectory("drkit-bench-"), loss, span);
    }

    /** Writes into its volumes until it is closed. */
    private AcknowledgedWriter application() throws InterruptedException {
        AcknowledgedWriter writer = new AcknowledgedWriter(stage.volumes(), Stage.CLAIMS.toArray(String[]::new));
        while (writer.count() < RECORDS) {
            Thread.sleep(20);
        }
        return writer;
    }

    private void volumes(String verb) throws InterruptedException {
        String[] words = {
            "pvc",
            verb,
            "--config",
            stage.config().toString(),
            "--namespace",
            Stage.NAMESPACE,
            "--selector",
            Stage.SELECTOR
        };
        try (Child child = Child.drkit(List.of(), words)) {
            child.awaitDone();
        }
    }

    private void lose(Loss loss, Duration span) throws InterruptedException {
        Thread writing = new Thread(() -> writer.run(PER_SECOND), "writer");
        writing.start();
        Thread.sleep(span.toMillis());
        if (loss == Loss.KILLED) {
            sites.primary().server().kill();
        } else {
            stage.primary().cut().run();
        }
        stage.volumes().primary().goDown();
        writing.interrupt();
        writing.join();
    }

    PlatformSettings settings() {
        return PlatformSettings.read(stage.config(), PlatformSettings.Sites.DEFAULT, DEADLINE);
    }

    Site standby() {
        return sites.standby();
    }

    /** When the oldest write was acknowledged that the standby lacks, by the writer's log; empty where it lacks none. */
    OptionalLong oldestLost() {
        Map<Integer, Integer> there = new HashMap<>();
        Walk.through(
                sites.standby().store(), PacedWriter.RANGE, entry -> there.put(key(entry), PacedWriter.number(entry)));
        return IntStream.range(0, writes)
                .filter(i -> writer.acknowledgedAt(i) != 0)
                .filter(i -> there.getOrDefault(PacedWriter.key(i), -1) < i)
                .mapToLong(writer::acknowledgedAt)
                .min();
    }

    private static int key(KeyValue entry) {
        return PacedWriter.key(PacedWriter.number(entry));
    }

    @Override
    public void close() {
        try {
            opened.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(folder + " or what ran there could not be ended", e);
        }
    }
}
