package io.drkit.site;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * A site's identity, role and epoch, kept in its own store under {@code /drkit/}.
 *
 * <p>The identity is a random id, because cluster, member and raft ids survive a snapshot restore and may be shared by two sites installed
 * alike. Every method is idempotent and thread-safe; concurrent changes are serialised by the store.
 */
public final class Site {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ATTEMPTS = 10;

    private final KeyStore store;

    private Site(KeyStore store) {
        this.store = store;
    }

    public static Site at(KeyStore store) {
        return new Site(store);
    }

    /** The site's role as recorded, and the revision of that record. */
    public record RecordedRole(SiteRole role, long modRevision) {}

    /** The site's id; written first where there is none. */
    public String identify() {
        for (int i = 0; i < ATTEMPTS; i++) {
            KeyValue recorded = store.read(List.of(DrKitKeys.SITE)).get(DrKitKeys.SITE);
            if (recorded != null) {
                return parse(recorded, Identity.class).id();
            }
            commit(
                    Guard.absent(DrKitKeys.SITE),
                    DrKitKeys.SITE,
                    new Identity(UUID.randomUUID().toString()));
        }
        throw contended();
    }

    /** The site's id, where it has one; writes nothing. */
    public Optional<String> identity() {
        return Optional.ofNullable(store.read(List.of(DrKitKeys.SITE)).get(DrKitKeys.SITE))
                .map(recorded -> parse(recorded, Identity.class).id());
    }

    /**
     * The write that records an identity whatever was recorded before: for a copy of a store that is to be another site, and is served to nobody
     * yet.
     */
    public static Operation identityRecord(String id) {
        return Operation.put(DrKitKeys.SITE, json(new Identity(id)));
    }

    /** The write that records the role of a standby, for the same; there is none that records a primary's. */
    public static Operation standbyRecord(long epoch) {
        return Operation.put(DrKitKeys.ROLE, json(new SiteRole(Role.STANDBY, epoch)));
    }

    /** The site's role, where it has one. */
    public Optional<SiteRole> role() {
        return recordedRole().map(RecordedRole::role);
    }

    public Optional<RecordedRole> recordedRole() {
        return role(store.read(List.of(DrKitKeys.ROLE)));
    }

    /** The role among keys already read. */
    public static Optional<RecordedRole> role(Map<Bytes, KeyValue> read) {
        return Optional.ofNullable(read.get(DrKitKeys.ROLE))
                .map(recorded -> new RecordedRole(parse(recorded, SiteRole.class), recorded.modRevision()));
    }

    /**
     * Makes this site the primary of a new epoch. From the moment this returns no mirror's write lands here: each of them is guarded by the
     * role. A site that is the primary already stays as it is.
     */
    public SiteRole promote() {
        return change(role -> role.role() == Role.PRIMARY ? role : new SiteRole(Role.PRIMARY, role.epoch() + 1));
    }

    /** As {@link #promote}, in an epoch later than {@code epoch} too: the old primary's. A site that is the primary already stays as it is. */
    SiteRole promoteAfter(long epoch) {
        return change(role ->
                role.role() == Role.PRIMARY ? role : new SiteRole(Role.PRIMARY, Math.max(role.epoch(), epoch) + 1));
    }

    /** Makes this site a standby of a later epoch than its own. A site of that epoch or a later one stays as it is. */
    SiteRole yieldTo(long epoch) {
        return change(role -> role.epoch() < epoch ? new SiteRole(Role.STANDBY, epoch) : role);
    }

    /** Makes this site a standby, in the epoch it was in. */
    public SiteRole demote() {
        return change(role -> new SiteRole(Role.STANDBY, role.epoch()));
    }

    /** Records a role where none was recorded; what is recorded stays. */
    public SiteRole assume(SiteRole initial) {
        for (int i = 0; i < ATTEMPTS; i++) {
            Optional<SiteRole> role = role();
            if (role.isPresent()) {
                return role.get();
            }
            commit(Guard.absent(DrKitKeys.ROLE), DrKitKeys.ROLE, initial);
        }
        throw contended();
    }

    /** Moves a standby to a later epoch: that of the primary it follows. */
    public SiteRole follow(long epoch) {
        return change(
                role -> role.role() == Role.STANDBY && role.epoch() < epoch ? new SiteRole(Role.STANDBY, epoch) : role);
    }

    private SiteRole change(UnaryOperator<SiteRole> next) {
        for (int i = 0; i < ATTEMPTS; i++) {
            Optional<RecordedRole> recorded = recordedRole();
            SiteRole before = recorded.map(RecordedRole::role).orElse(new SiteRole(Role.STANDBY, 1));
            SiteRole after = next.apply(before);
            if (recorded.isPresent() && after.equals(before)) {
                return after;
            }
            long modRevision = recorded.map(RecordedRole::modRevision).orElse(0L);
            commit(Guard.unchanged(DrKitKeys.ROLE, modRevision), DrKitKeys.ROLE, after);
        }
        throw contended();
    }

    /** The caller reads again whatever the outcome, so an unknown one needs no care. */
    private void commit(Guard guard, Bytes key, Object record) {
        try {
            CommitResult result =
                    store.commit(new Transaction(List.of(guard), List.of(Operation.put(key, json(record)))));
            if (result instanceof CommitResult.OutOfSpace) {
                throw new SiteFullException(store.name() + " is out of space and takes no writes: cannot record "
                        + key.printable() + ". Compact, defragment and disarm its alarm, then try again.");
            }
        } catch (OutcomeUnknownException e) {
            // read again
        }
    }

    private static Bytes json(Object record) {
        try {
            return Bytes.wrap(JSON.writeValueAsBytes(record));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private UnsafeToProceedException contended() {
        return new UnsafeToProceedException("Could not record site or role at " + store.name() + " in " + ATTEMPTS
                + " attempts: others write them, or answers get lost.");
    }

    private static <T> T parse(KeyValue recorded, Class<T> type) {
        try {
            return JSON.readValue(recorded.value().unsafeArray(), type);
        } catch (java.io.IOException | IllegalArgumentException e) {
            throw new UnsafeToProceedException("Cannot read " + recorded.key().printable()
                    + ": it is not what DrKit writes there. Restore it or delete it.");
        }
    }

    private record Identity(String id) {}
}
