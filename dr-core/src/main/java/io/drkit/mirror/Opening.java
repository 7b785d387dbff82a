package io.drkit.mirror;

import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.mirror.MirrorOptions.Risk;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a mirror begins: what the standby's records say, whether they can be gone on from, and what is known of who wrote what there.
 *
 * @param record as stored where {@code resume}, else one that begins a copy
 * @param resume whether to go on from the checkpoint; if not, everything is copied
 * @param roleModRevision of the standby's role
 */
record Opening(MirrorRecord record, boolean resume, long roleModRevision) {

    static Opening decide(
            KeyStore source,
            KeyStore standby,
            MirrorScope scope,
            MirrorOptions options,
            Set<Risk> accepted,
            Admission.Pair pair) {
        List<Bytes> keys = new ArrayList<>(MirrorRecord.keys(options.name()));
        keys.add(DrKitKeys.ROLE);
        Map<Bytes, KeyValue> records = standby.read(keys);
        // What was admitted must still hold at the very revision that every write is guarded by.
        long role = Site.role(records)
                .filter(recorded -> recorded.role().equals(new SiteRole(Role.STANDBY, pair.epoch())))
                .map(Site.RecordedRole::modRevision)
                .orElseThrow(() -> new RestartException("the standby's role changed meanwhile"));
        Optional<MirrorRecord> found = MirrorRecord.of(options.name(), records);
        if (found.isEmpty()) {
            return anew(source, standby, scope, options, pair, 0, role);
        }
        MirrorRecord stored = found.get();
        Checkpoint checkpoint = stored.checkpoint();
        if (!checkpoint.source().equals(pair.sourceId())) {
            if (!accepted.contains(Risk.NEW_SOURCE)) {
                throw new UnsafeToProceedException(
                        "The standby " + standby.name() + " mirrored another primary before, not " + source.name()
                                + ". To have it follow this one, keeping the keys that only the standby has, accept the new source (--accept"
                                + " new-source).");
            }
            return anew(source, standby, scope, options, pair, stored.version(), role);
        }
        if (checkpoint.epoch() != pair.epoch() || !checkpoint.scope().equals(scope.name())) {
            return anew(source, standby, scope, options, pair, stored.version(), role);
        }
        // Unless it was accepted, another history is noticed, and refused, once the primary is watched.
        if (accepted.contains(Risk.NEW_HISTORY)
                && History.contradicts(source, checkpoint).isPresent()) {
            return anew(source, standby, scope, options, pair, stored.version(), role);
        }
        return new Opening(stored, true, role);
    }

    /** Nothing on the standby is known to be the primary's, unless the two have changed roles. */
    private static Opening anew(
            KeyStore source,
            KeyStore standby,
            MirrorScope scope,
            MirrorOptions options,
            Admission.Pair pair,
            long checkpointVersion,
            long role) {
        Optional<Checkpoint> heritage = Heritage.find(source, standby, pair.standbyId(), scope, options);
        long common = heritage.map(Checkpoint::revision).orElse(0L);
        Checkpoint checkpoint = new Checkpoint(
                pair.sourceId(),
                pair.epoch(),
                scope.name(),
                scope.range().start(),
                scope.range().end(),
                0,
                0,
                scope.range().start(),
                0,
                heritage.isPresent(),
                common,
                0,
                0,
                0,
                0,
                null);
        MirrorRecord record =
                new MirrorRecord(options.name(), checkpoint, checkpointVersion, ForeignRevisions.unknownAfter(common));
        return new Opening(record, false, role);
    }
}
