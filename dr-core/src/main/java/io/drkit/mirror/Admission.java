package io.drkit.mirror;

import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether these two stores may be mirrored, this way round. First only reads; a pair that is seen for the first time then gets its identities
 * and roles.
 */
final class Admission {

    private final KeyStore source;
    private final KeyStore standby;
    private final MirrorScope scope;
    private final MirrorOptions options;

    /** The pair, admitted. */
    record Pair(String sourceId, String standbyId, long epoch) {}

    Admission(KeyStore source, KeyStore standby, MirrorScope scope, MirrorOptions options) {
        this.source = source;
        this.standby = standby;
        this.scope = scope;
        this.options = options;
    }

    Pair admit() {
        Optional<String> sourceId = Site.at(source).identity();
        Optional<String> standbyId = Site.at(standby).identity();
        if (sourceId.isPresent() && sourceId.equals(standbyId)) {
            throw sameSite();
        }
        Optional<SiteRole> sourceRole = Site.at(source).role();
        Optional<SiteRole> standbyRole = Site.at(standby).role();
        refuseWrongRoles(sourceRole, standbyRole);
        refuseOverlap();
        if (ownCheckpoint().isEmpty()) {
            new ShrinkGuard(source, standby, scope, options).beforeFirstCopy();
        }
        return introduce(sourceRole, standbyRole);
    }

    private void refuseWrongRoles(Optional<SiteRole> sourceRole, Optional<SiteRole> standbyRole) {
        if (standbyRole.isPresent() && standbyRole.get().role() == Role.PRIMARY) {
            throw new UnsafeToProceedException(
                    "The destination " + standby.name() + " is " + standbyRole.get() + ", and a primary is never"
                            + " mirrored to. Perhaps the two sides are swapped; if it is an old primary that came back, demote it first"
                            + " (drkit role demote).");
        }
        if (sourceRole.isPresent() && sourceRole.get().role() == Role.STANDBY) {
            throw new UnsafeToProceedException(
                    "The source " + source.name() + " is " + sourceRole.get() + ", not a primary. Perhaps the two"
                            + " sides are swapped; if it is to take over, promote it first (drkit role promote).");
        }
        long sourceEpoch = sourceRole.map(SiteRole::epoch).orElse(Long.MAX_VALUE);
        if (standbyRole.isPresent() && sourceEpoch < standbyRole.get().epoch()) {
            throw new UnsafeToProceedException(
                    "The source " + source.name() + " is " + sourceRole.get() + ", but the destination "
                            + standby.name() + " already followed epoch "
                            + standbyRole.get().epoch()
                            + ": the source is an old primary. Mirror from the new one.");
        }
    }

    /** Two mirrors whose scopes overlap would take each other's keys for strangers. */
    private void refuseOverlap() {
        for (MirrorRecord other : MirrorRecord.overlapping(standby, scope.range())) {
            if (!other.name().equals(options.name())) {
                throw new UnsafeToProceedException("Scope " + scope.name() + " overlaps with scope "
                        + other.checkpoint().scope() + " of mirror " + other.name() + " to " + standby.name()
                        + ". Use that mirror's name, or delete its records under " + DrKitKeys.MIRRORS + other.name()
                        + "/.");
            }
        }
    }

    private Optional<KeyValue> ownCheckpoint() {
        Bytes key = DrKitKeys.checkpoint(options.name());
        Map<Bytes, KeyValue> read = standby.read(List.of(key));
        return Optional.ofNullable(read.get(key));
    }

    /** The source is named first: if the standby then has the same name, both are one. */
    private Pair introduce(Optional<SiteRole> sourceRole, Optional<SiteRole> standbyRole) {
        String sourceId = Site.at(source).identify();
        String standbyId = Site.at(standby).identify();
        if (sourceId.equals(standbyId)) {
            throw sameSite();
        }
        long seen = Math.max(
                sourceRole.map(SiteRole::epoch).orElse(1L),
                standbyRole.map(SiteRole::epoch).orElse(1L));
        long epoch = Site.at(source).assume(new SiteRole(Role.PRIMARY, seen)).epoch();
        Site.at(standby).assume(new SiteRole(Role.STANDBY, epoch));
        Site.at(standby).follow(epoch);
        return new Pair(sourceId, standbyId, epoch);
    }

    private UnsafeToProceedException sameSite() {
        return new UnsafeToProceedException(
                "The source " + source.name() + " and the destination " + standby.name() + " are one and the same"
                        + " site. If the destination was restored from a snapshot of the source, delete all keys under /drkit/ there first.");
    }
}
