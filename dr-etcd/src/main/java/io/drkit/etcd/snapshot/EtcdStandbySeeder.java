package io.drkit.etcd.snapshot;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.mirror.SeededStandby;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.SnapshotContent;
import io.drkit.snapshot.SnapshotFolder;
import io.drkit.snapshot.SnapshotSaver;
import io.drkit.snapshot.SnapshotSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes of a primary's snapshot one of a standby, from which a mirror of {@link SeedOptions#scope} goes on where the snapshot ends: nothing is copied
 * but what changed since. If the primary has compacted that by then, the mirror compares all keys instead, as it always does.
 *
 * <p>All is done in a {@link ScratchEtcd}, and the result is there whole or not at all. It never holds the role of a primary: that of a standby is
 * the first thing written, and the last thing looked at before the result is taken. Values stay encrypted as they are at the primary, so the standby needs the primary's
 * keys. The snapshot is not changed. Running it again makes another one. Thread-safe.
 */
public final class EtcdStandbySeeder {

    private static final Logger LOG = LoggerFactory.getLogger(EtcdStandbySeeder.class);

    private final ScratchOptions scratch;
    private final Clock clock;

    /** @param scratch by programs of the version that the standby runs: etcd does not start on what a newer one wrote */
    public EtcdStandbySeeder(ScratchOptions scratch, Clock clock) {
        this.scratch = scratch;
        this.clock = clock;
    }

    /**
     * Prepares a snapshot and keeps it in {@code target}. The time it is named by is when this was done.
     *
     * @throws UnsafeToProceedException when the file is not what its manifest says, or cannot become a standby of the primary; see
     *     {@link SeededStandby}
     * @throws SiteUnreachableException when this machine is not up to it (no space, say), or the thread was interrupted
     * @throws IOException when the target cannot take it
     */
    public Seed prepare(
            Path file, Snapshot manifest, SnapshotFolder target, SeedOptions options, SnapshotSource.Progress progress)
            throws IOException {
        SnapshotContent content = new EtcdSnapshotReader().read(file);
        if (!content.sha256().equals(manifest.sha256()) || content.revision() != manifest.revision()) {
            throw new UnsafeToProceedException(file + " is not what the manifest of " + manifest.name()
                    + " says: checksum or revision is another. Find the right one, or take another snapshot.");
        }
        if (content.users() && options.users() == SeedOptions.Users.UNDECIDED) {
            throw new UnsafeToProceedException(
                    "The snapshot " + manifest.name()
                            + " has users by whom clients log in. Say whether the standby keeps them or has none (--users keep or remove).");
        }
        try (ScratchEtcd etcd = ScratchEtcd.serve(file, scratch)) {
            LOG.info(
                    "The snapshot {} is served at {}",
                    manifest.name(),
                    etcd.store().name());
            Prepared prepared = etcd.asked(() -> prepare(etcd, content.revision(), options));
            LOG.info(
                    "It is standby {} of primary {} now",
                    prepared.siteId(),
                    prepared.standby().sourceId());
            Snapshot kept = new SnapshotSaver(etcd.store().snapshots(), etcd.store(), new EtcdSnapshotReader(), clock)
                    .save(target, progress);
            return new Seed(
                    kept,
                    prepared.standby().sourceId(),
                    prepared.standby().epoch(),
                    prepared.standby().sourceRevision(),
                    prepared.removedKeys(),
                    prepared.revokedLeases());
        }
    }

    private record Prepared(SeededStandby standby, String siteId, long removedKeys, long revokedLeases) {}

    private static Prepared prepare(ScratchEtcd etcd, long revision, SeedOptions options) {
        EtcdKeyStore store = etcd.store();
        ScratchContent content = new ScratchContent(etcd);
        content.disarmSpace();
        SeededStandby standby =
                SeededStandby.begin(store, revision, options.scope(), options.mirror(), options.primary());
        LOG.info("It has the role of a standby");
        long leases = content.revokeLeases();
        LOG.info("It has no leases, of {}", leases);
        long removed = 0;
        for (io.drkit.keystore.KeyRange range : standby.surplus()) {
            removed += content.delete(range);
        }
        LOG.info("It has no keys out of scope, of {}", removed);
        if (options.users() == SeedOptions.Users.REMOVE) {
            content.removeUsers();
        }
        String siteId = standby.finish(options.siteId());
        // Leases are gone and nobody else is let in, so nothing changes any more.
        boolean right = Site.at(store)
                .role()
                .filter(role -> role.role() == Role.STANDBY && role.epoch() == standby.epoch())
                .isPresent();
        if (!right || !content.leases().isEmpty()) {
            throw new UnsafeToProceedException(
                    "The snapshot did not become a standby's: its role or its leases are not as they were written. Try again.");
        }
        return new Prepared(standby, siteId, removed, leases);
    }
}
