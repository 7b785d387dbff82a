package io.drkit.mirror;

import io.drkit.SiteUnreachableException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Walk;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an old primary wrote after the last revision that the new primary had from it. The mirror that later comes the other way sets these values
 * aside in {@link io.drkit.quarantine.Quarantine} as it overwrites or deletes them.
 *
 * <p>Deletions leave nothing to be seen: a key that the old primary deleted last is brought back by that mirror, and told of by nobody.
 */
public sealed interface LostWrites {

    /** One key that was written too late. */
    record Lost(Bytes key, long revision) {}

    /**
     * They are known.
     *
     * @param since the last revision of the old primary that the new one had whole
     * @param first the first of them, in key order
     * @param neverGiven how many keys the new primary had refused while it was the standby, too large a value for it, say; where the old
     *     primary still has them, that copy is the only one, and they are set aside as well
     */
    record Known(long since, long count, List<Lost> first, long neverGiven) implements LostWrites {

        public Known {
            first = List.copyOf(first);
        }
    }

    /**
     * It cannot be told which writes were lost.
     *
     * @param reason why not, for people
     */
    record Unknown(String reason) implements LostWrites {}

    /**
     * Looks for them; writes nothing, and reads values only where the scope looks at them. Memory does not grow with their number.
     *
     * @param scope of the mirror that ran from the old primary to the new one
     * @param mirror its name
     * @param sample how many are named
     * @throws SiteUnreachableException when either cannot be reached
     */
    static LostWrites on(KeyStore oldPrimary, KeyStore newPrimary, MirrorScope scope, String mirror, int sample) {
        Optional<Checkpoint> heritage = MirrorRecord.read(newPrimary, mirror).map(MirrorRecord::checkpoint);
        if (heritage.isEmpty()) {
            return new Unknown(newPrimary.name() + " holds no checkpoint of a mirror " + mirror + ".");
        }
        Checkpoint reached = heritage.get();
        Optional<String> objection = Heritage.objection(
                reached, oldPrimary, Site.at(oldPrimary).identity().orElse(""), scope);
        if (objection.isPresent()) {
            return new Unknown("The checkpoint of mirror " + mirror + " at " + newPrimary.name() + " does not tell: "
                    + objection.get() + ".");
        }
        if (follows(oldPrimary, newPrimary, mirror)) {
            return new Unknown(oldPrimary.name() + " already mirrors " + newPrimary.name()
                    + ": what it had written last is in its quarantine.");
        }
        List<Lost> first = new ArrayList<>();
        long[] count = {0};
        RangeRequest later = RangeRequest.of(
                        scope.range(), 0, MirrorOptions.defaults().pageSize())
                .modifiedSince(reached.revision() + 1);
        Walk.through(oldPrimary, scope.readsValues() ? later : later.onlyKeys(), entry -> {
            if (belongs(scope, entry) && count[0]++ < sample) {
                first.add(new Lost(entry.key(), entry.modRevision()));
            }
        });
        return new Known(
                reached.revision(), count[0], first, newPrimary.count(KeyRange.prefix(DrKitKeys.skipped(mirror))));
    }

    /** What the scope cannot decide is told rather than passed over. */
    private static boolean belongs(MirrorScope scope, KeyValue entry) {
        return scope.holds(entry)
                || (!entry.leased() && !DrKitKeys.OWN.contains(entry.key()) && scope.isUndecidable(entry));
    }

    /** Whether a mirror the other way has begun to write there: what it writes is new there, too, and not lost. */
    private static boolean follows(KeyStore oldPrimary, KeyStore newPrimary, String mirror) {
        Optional<SiteRole> leading = Site.at(newPrimary).role().filter(role -> role.role() == Role.PRIMARY);
        return MirrorRecord.read(oldPrimary, mirror)
                .map(MirrorRecord::checkpoint)
                .filter(back -> leading.isPresent()
                        && back.epoch() == leading.get().epoch()
                        && back.source().equals(Site.at(newPrimary).identity().orElse("")))
                .isPresent();
    }
}
