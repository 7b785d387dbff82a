package io.drkit.snapshot;

import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.site.Site;
import io.drkit.snapshot.Snapshot.Sample;
import io.drkit.snapshot.SnapshotFolder.Draft;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes snapshots of a site. One holds all that was acknowledged before it was begun, or is not kept: a member that lags behind is left for another.
 * What was received is read back from the disk, compared by checksum, and a sample of it with what the site serves at the same revision.
 *
 * <p>Changes nothing at the site. Thread-safe.
 */
public final class SnapshotSaver {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotSaver.class);

    /** How many log entries a member may be behind to be asked first: what is under way at any moment. */
    private static final long IN_STEP = 1_000;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final SnapshotSource source;
    private final KeyStore store;
    private final SnapshotReader reader;
    private final Clock clock;

    /**
     * @param source the members of a site
     * @param store the same site
     * @param reader of its snapshots' files
     */
    public SnapshotSaver(SnapshotSource source, KeyStore store, SnapshotReader reader, Clock clock) {
        this.source = source;
        this.store = store;
        this.reader = reader;
        this.clock = clock;
    }

    /**
     * Takes one, from the member that is in step and, by how quickly it answers, has the least to do; rather not the leader. A member whose snapshot is
     * not fit, damaged say, is left for the next, and named in the log.
     *
     * @throws SiteUnreachableException when no member gives one that holds all that was written before
     * @throws UnsafeToProceedException when what the last member gave is not what the site holds
     * @throws IOException when the folder cannot take it: it is full, say. Nothing of it is left there then
     */
    public Snapshot save(SnapshotFolder folder, SnapshotSource.Progress progress) throws IOException {
        Instant begun = clock.instant();
        long written = store.revision();
        try (Draft draft = folder.draft()) {
            DrException failure = null;
            for (SnapshotMember member : bestFirst(source.members())) {
                try {
                    return save(member, draft, written, begun, progress);
                } catch (SiteUnreachableException | UnsafeToProceedException e) {
                    LOG.warn("No snapshot from {}: {}", member.name(), e.getMessage());
                    failure = e;
                }
            }
            throw failure != null
                    ? failure
                    : new SiteUnreachableException("No member of " + source.name() + " answers.");
        }
    }

    private Snapshot save(
            SnapshotMember member, Draft draft, long written, Instant begun, SnapshotSource.Progress progress)
            throws IOException {
        try (OutputStream to = draft.begin()) {
            source.download(member, to, progress);
        }
        SnapshotContent content = reader.read(draft.file());
        if (content.revision() < written) {
            throw new SiteUnreachableException("The snapshot of " + member.name() + " ends at revision "
                    + content.revision() + ", before " + written + ", which " + store.name()
                    + " had reached: the member lags behind.");
        }
        return draft.keep(manifest(member, content, begun));
    }

    private static List<SnapshotMember> bestFirst(List<SnapshotMember> members) {
        long newest =
                members.stream().mapToLong(SnapshotMember::appliedIndex).max().orElse(0);
        return members.stream()
                .filter(member -> !member.learner())
                .sorted(Comparator.comparing((SnapshotMember member) -> member.appliedIndex() < newest - IN_STEP)
                        .thenComparing(member -> !member.ailment().isEmpty())
                        .thenComparing(SnapshotMember::leader)
                        .thenComparing(SnapshotMember::answered))
                .toList();
    }

    private Snapshot manifest(SnapshotMember member, SnapshotContent content, Instant begun) {
        String site = Site.at(store).identity().orElse("");
        String origin = site.isEmpty() ? member.clusterId() : site;
        OptionalLong keys = keys(content.revision());
        return new Snapshot(
                "etcd-" + origin.substring(0, Math.min(8, origin.length())) + "-" + TIME.format(begun) + "-r"
                        + content.revision(),
                begun.toString(),
                site,
                member.clusterId(),
                member.name(),
                member.id(),
                content.revision(),
                keys.isPresent() ? keys.getAsLong() : null,
                content.bytes(),
                content.sha256(),
                content.users(),
                member.version(),
                KubernetesVersion.of(store).orElse(""),
                keys.isPresent() ? sample(member, content) : List.of());
    }

    /** How many keys the site had at that revision, if it is not compacted yet. */
    private OptionalLong keys(long revision) {
        try {
            return OptionalLong.of(
                    store.range(RangeRequest.of(KeyRange.ALL, revision, 1).onlyKeys())
                            .count());
        } catch (CompactedException e) {
            return OptionalLong.empty();
        }
    }

    /** What the site serves, at the snapshot's revision, of keys that are in the file. */
    private List<Sample> sample(SnapshotMember member, SnapshotContent content) {
        List<Sample> sample = new ArrayList<>();
        for (KeyValue filed : content.sample()) {
            Optional<KeyValue> served = at(filed, content.revision());
            if (served.isEmpty()) {
                continue;
            }
            KeyValue value = served.get();
            if (value.modRevision() < filed.modRevision()
                    || (value.modRevision() == filed.modRevision()
                            && !value.value().equals(filed.value()))) {
                throw new UnsafeToProceedException("What " + member.name() + " gave is not what " + store.name()
                        + " serves: " + filed.key().printable() + " differs at revision " + content.revision()
                        + ". Look into that member's database; take the snapshot from another.");
            }
            sample.add(Sample.of(value));
        }
        return sample;
    }

    private Optional<KeyValue> at(KeyValue filed, long revision) {
        try {
            KeyRange one = new KeyRange(filed.key(), filed.key().successor());
            return store.range(RangeRequest.of(one, revision, 1)).entries().stream()
                    .findFirst();
        } catch (CompactedException e) {
            return Optional.empty();
        }
    }
}
