package io.drkit.examples.demo;

import static io.drkit.examples.demo.Teller.verify;

import io.drkit.volsync.AcknowledgedWriter;
import io.drkit.volsync.StandInSite;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/** An application that writes numbered records into its volumes wherever its pods run, and keeps a log of what was acknowledged. */
final class Application implements AutoCloseable {

    private static final int REPLICAS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Stage stage;
    private final AcknowledgedWriter writer;

    Application(Stage stage) {
        this.stage = stage;
        writer = new AcknowledgedWriter(stage.volumes(), Stage.CLAIMS.toArray(String[]::new));
    }

    /** How many records were acknowledged. */
    int count() {
        return writer.count();
    }

    /** Waits until its pods at a site have written so many more records. */
    void awaitMore(StandInSite site, int more) throws InterruptedException {
        int target = writtenAt(site) + more;
        await(() -> writtenAt(site) >= target, "no pod of the application writes at " + site);
    }

    int writtenAt(StandInSite site) {
        return writer.writtenAt(site).size();
    }

    void verifyRunsAt(StandInSite site) {
        int here = site.namespace().replicas("Deployment", Stage.NAMESPACE);
        verify(here == REPLICAS, "the application has " + here + " replicas at " + site);
    }

    void verifyRestsAt(StandInSite site) {
        int there = site.namespace().replicas("Deployment", Stage.NAMESPACE);
        verify(there == 0, "the application still has " + there + " replicas at " + site);
    }

    /** Verifies that a site has all records of the first so many. */
    void verifyHasFirst(int records, StandInSite site) {
        Set<Long> missing = new TreeSet<>(writer.missingAt(site).headMap((long) records).keySet());
        verify(missing.isEmpty(), "records " + missing + " are not at " + site);
    }

    /**
     * Compares what a site's volumes hold with what was acknowledged elsewhere.
     *
     * @return the numbers of the records that it lacks, none of which was acknowledged before the point that the report told of its volume
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

    /** Verifies that a site has all records but those that were lost before, and those that another site's pods wrote meanwhile. */
    void verifyNothingElseLost(StandInSite site, Set<Long> lostBefore, Set<Long> writtenElsewhere) {
        Set<Long> missing = new TreeSet<>(writer.missingAt(site).keySet());
        missing.removeAll(lostBefore);
        missing.removeAll(writtenElsewhere);
        verify(missing.isEmpty(), "records " + missing + " were acknowledged and are not at " + site);
    }

    Set<Long> recordsOf(StandInSite site) {
        return writer.writtenAt(site);
    }

    private static void await(BooleanSupplier condition, String broken) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            verify(System.nanoTime() < deadline, broken);
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        writer.close();
    }
}
