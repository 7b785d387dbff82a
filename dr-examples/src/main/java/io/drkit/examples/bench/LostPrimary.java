package io.drkit.examples.bench;

import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.examples.cli.PlatformSettings;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Walk;
import io.drkit.testkit.dns.Bind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** Two sites with a mirror and a name server, whose primary was killed under write load: what a failover is measured on. */
final class LostPrimary implements AutoCloseable {

    private static final DnsName NAME = DnsName.of("platform.run.example");
    private static final int PER_SECOND = 400;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Path folder;
    private final Bind bind;
    private final Following sites;
    private final PacedWriter writer;
    private final int writes;

    private LostPrimary(Duration span) throws IOException, InterruptedException {
        folder = Files.createTempDirectory("drkit-bench-");
        bind = Bind.primary("run.example");
        sites = Following.start(Following.MIRROR);
        writes = (int) (PER_SECOND * span.plus(PATIENCE).toSeconds());
        writer = new PacedWriter(sites.primary().store(), writes);
    }

    /** @param span how long the primary is written to before it is killed */
    static LostPrimary after(Duration span) throws IOException, InterruptedException {
        LostPrimary scene = new LostPrimary(span);
        try {
            scene.lose(span);
            return scene;
        } catch (RuntimeException | InterruptedException e) {
            scene.close();
            throw e;
        }
    }

    private void lose(Duration span) throws InterruptedException {
        bind.hold(DnsRecords.pointing(List.of(NAME), Duration.ofMinutes(1), List.of("192.0.2.1")));
        Thread writing = new Thread(() -> writer.run(PER_SECOND), "writer");
        writing.start();
        Thread.sleep(span.toMillis());
        sites.primary().server().kill();
        writing.interrupt();
        writing.join();
    }

    PlatformSettings settings() throws IOException {
        Files.writeString(folder.resolve("tsig.key"), Bind.KEY_SECRET + "\n");
        Path file = Files.writeString(folder.resolve("drkit.yaml"), """
                sites:
                  primary: {endpoints: ["%1$s"]}
                  standby: {endpoints: ["%2$s"]}
                runbooks: {scope: all, journal: run.json}
                dns:
                  names: [platform.run.example]
                  addresses: {primary: 192.0.2.1, standby: 198.51.100.1}
                  authoritative: ["%3$s:%4$d"]
                  backend: {type: rfc2136, server: "%3$s:%4$d", key-name: %5$s, secret-file: tsig.key}
                """.formatted(
                sites.primary().endpoint(), sites.standby().endpoint(), bind.address(), bind.port(), Bind.KEY_NAME));
        return PlatformSettings.read(file, PlatformSettings.Sites.DEFAULT, Duration.ofSeconds(3));
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
        try (sites;
                bind) {
            SeedingCase.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
