package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.volsync.AcknowledgedWriter;
import io.drkit.volsync.StandInSite;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/** An application that writes numbered records into its volumes wherever its pods run, and keeps a log of what was acknowledged. */
final class Application implements AutoCloseable {

    private static final int REPLICAS = 2;
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final AcknowledgedWriter writer;

    Application(Stage stage) {
        writer = new AcknowledgedWriter(stage.volumes(), PAUSE, Stage.CLAIMS.toArray(String[]::new));
    }

    /** How many records were acknowledged. */
    int count() {
        return writer.count();
    }

    /** The numbers of the records that its pods at a site wrote. */
    Set<Long> writtenAt(StandInSite site) {
        return writer.writtenAt(site);
    }

    /** Waits until its pods at a site have written so many more records. */
    void awaitMore(StandInSite site, int more) throws InterruptedException {
        int target = writtenAt(site).size() + more;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (writtenAt(site).size() < target) {
            verify(System.nanoTime() < deadline, "no pod of the application writes at " + site);
            Thread.sleep(20);
        }
    }

    void verifyRunsAt(StandInSite site) {
        verifyReplicas(site, REPLICAS);
    }

    void verifyRestsAt(StandInSite site) {
        verifyReplicas(site, 0);
    }

    private static void verifyReplicas(StandInSite site, int expected) {
        int replicas = site.namespace().replicas("Deployment", Stage.APPLICATION);
        verify(replicas == expected, "the application has " + replicas + " replicas at " + site);
    }

    /** Verifies that a site has all records of the first so many. */
    void verifyHasFirst(int records, StandInSite site) {
        Set<Long> missing =
                new TreeSet<>(writer.missingAt(site).headMap((long) records).keySet());
        verify(missing.isEmpty(), "records " + missing + " are not at " + site);
    }

    /**
     * Verifies that no record which a site lacks was acknowledged before the moment that the report tells of its volume.
     *
     * @return the numbers of the records that it lacks
     */
    Set<Long> verifyLostOnlySince(RunReport report, StandInSite site) {
        Set<Long> lost = new TreeSet<>();
        for (String claim : Stage.CLAIMS) {
            Instant point = report.recoveryPoint("volume " + Stage.NAMESPACE + "/" + claim);
            writer.missingAt(site, claim).forEach((number, acknowledged) -> {
                verify(
                        !acknowledged.isBefore(point),
                        "record " + number + " of " + claim + ", acknowledged at " + acknowledged
                                + ", is missing, though all until " + point + " was told to be there");
                lost.add(number);
            });
        }
        return lost;
    }

    /** Verifies that a site has all records but these. */
    void verifyLostOnly(Set<Long> lost, StandInSite site) {
        Set<Long> missing = new TreeSet<>(writer.missingAt(site).keySet());
        missing.removeAll(lost);
        verify(missing.isEmpty(), "records " + missing + " were acknowledged and are not at " + site);
    }

    @Override
    public void close() {
        writer.close();
    }
}
