package io.drkit.volsync;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.drkit.kubernetes.KubernetesSite;
import io.drkit.kubernetes.KubernetesSites;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Two clusters with VolSync between them, for one test: a namespace of one name on both, and what moves real files from one to the other, so that tests
 * compare data and not calls. VolSync, storage and network are played, after VolSync's sources; nothing of VolSync's runs. Hence only on the mock server: real
 * clusters are skipped, for images and volumes would be real there and the folders not.
 */
public final class TwoSites implements AutoCloseable {

    private static final int TRANSFERS = 8;

    private final StandInNetwork network = new StandInNetwork();
    private final ExecutorService transfers;
    private final Path root;
    private final KubernetesSite primaryCluster;
    private final KubernetesSite standbyCluster;
    private final StandInSite primary;
    private final StandInSite standby;

    private TwoSites(KubernetesSite one, KubernetesSite other, String namespace) {
        primaryCluster = one;
        standbyCluster = other;
        transfers = Executors.newFixedThreadPool(TRANSFERS, task -> {
            Thread thread = new Thread(task, "stand-in transfer");
            thread.setDaemon(true);
            return thread;
        });
        try {
            root = Files.createTempDirectory("drkit-volumes-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        primary = new StandInSite(one, "primary", 1, namespace, root.resolve("primary"), network, transfers);
        standby = new StandInSite(other, "standby", 2, namespace, root.resolve("standby"), network, transfers);
    }

    /** Skips the test on clusters where VolSync cannot be played. */
    public static TwoSites start() {
        KubernetesSite primary = KubernetesSites.primary();
        KubernetesSite standby = KubernetesSites.standby();
        assumeFalse(
                primary.real() || standby.real(),
                "VolSync is played with folders, and " + primary + " has volumes of its own");
        return new TwoSites(
                primary, standby, "drkit-test-" + UUID.randomUUID().toString().substring(0, 8));
    }

    /** On mock servers whatever else is there, for a program that is no test; with a namespace of this name. */
    public static TwoSites played(String namespace) {
        return new TwoSites(KubernetesSites.mock(), KubernetesSites.otherMock(), namespace);
    }

    public StandInSite primary() {
        return primary;
    }

    public StandInSite standby() {
        return standby;
    }

    /** The other of the two. */
    public StandInSite other(StandInSite site) {
        return site == primary ? standby : primary;
    }

    /** By which one can tell that a site holds what it held: {@link KubernetesSites#writes}. */
    long writes(StandInSite site) {
        return KubernetesSites.writes(site == primary ? primaryCluster : standbyCluster);
    }

    /** The name of the namespace on both. */
    public String namespace() {
        return primary.namespaceName();
    }

    /** No packet passes between the sites; a transfer under way breaks. Each site's API is reached as before. */
    public void cutLink() {
        network.cut(true);
    }

    public void healLink() {
        network.cut(false);
    }

    /** Cluster IPs of one site can be reached from the other, too. */
    public void bridge() {
        network.bridged(true);
    }

    /** The next movers that push fail with this log, before they connect. */
    public void failNextMovers(int movers, String log) {
        network.failNext(movers, log);
    }

    /** From now on each transfer stops when it has moved so many changed files, or all if it has fewer, before it deletes; until released. */
    public Hold holdTransfers(int files) {
        Hold hold = new Hold();
        network.gate(new StandInNetwork.Gate(hold, files, () -> {}));
        return hold;
    }

    /** The site goes down when the next transfer has moved so many changed files: await the hold, then it has. Other transfers are let go. */
    public Hold crashMidTransfer(StandInSite site, int files) {
        Hold hold = new Hold();
        network.gate(new StandInNetwork.Gate(hold, files, () -> {
            network.gate(null);
            site.goDown();
        }));
        return hold;
    }

    @Override
    public void close() {
        network.gate(null);
        try {
            primary.close();
            standby.close();
        } finally {
            transfers.shutdownNow();
            VolumeFolders.deleteFolder(root);
        }
    }
}
