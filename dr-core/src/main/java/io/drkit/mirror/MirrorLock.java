package io.drkit.mirror;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.site.Role;
import io.drkit.site.Site;
import io.drkit.site.SiteFullException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The right to write to a standby: one key, bound to a lease, so that it falls free when its holder dies. Holding it is not enough to be safe,
 * for a lease can expire unnoticed; so every write is guarded by the lock's revision as well. Each attempt to mirror writes the lock anew: what
 * an earlier one left under way can never land then.
 */
final class MirrorLock implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final KeyStore standby;
    private final MirrorOptions options;
    /** Tells this session's lock from any other, where the answer to the request for it was lost. */
    private final String session = UUID.randomUUID().toString();

    private @Nullable Lease lease;
    private long revision;

    /** What the lock's key says: read by people, and by those who look for a running mirror. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Holder(String mirror, String holder, String since, String session) {}

    /** Who holds a standby's lock now, of whatever mirror. */
    static Optional<Holder> holder(KeyStore standby) {
        KeyValue lock = standby.read(List.of(DrKitKeys.LOCK)).get(DrKitKeys.LOCK);
        try {
            return lock == null
                    ? Optional.empty()
                    : Optional.of(JSON.readValue(lock.value().unsafeArray(), Holder.class));
        } catch (IOException e) {
            throw new UnsafeToProceedException("Cannot read " + DrKitKeys.LOCK.printable()
                    + ": it is not what DrKit writes there. It goes away with its lease, or delete it.");
        }
    }

    MirrorLock(KeyStore standby, MirrorOptions options) {
        this.standby = standby;
        this.options = options;
    }

    /** Takes the lock, or takes it anew; returns false while another session holds it. */
    boolean tryHold() {
        revision = 0;
        Map<Bytes, KeyValue> read = standby.read(List.of(DrKitKeys.LOCK, DrKitKeys.ROLE));
        Optional<Site.RecordedRole> role = Site.role(read);
        if (role.isPresent() && role.get().role().role() == Role.PRIMARY) {
            throw new RestartException("the standby was promoted meanwhile");
        }
        Guard sameRole = Guard.unchanged(
                DrKitKeys.ROLE, role.map(Site.RecordedRole::modRevision).orElse(0L));
        KeyValue current = read.get(DrKitKeys.LOCK);
        if (current == null) {
            release();
            Lease granted = standby.grantLease(options.lockTimeToLive());
            lease = granted;
            return write(List.of(Guard.absent(DrKitKeys.LOCK), sameRole), granted);
        }
        Lease held = lease;
        return held != null
                && held.isAlive()
                && current.value().utf8().contains(session)
                && write(List.of(Guard.unchanged(DrKitKeys.LOCK, current.modRevision()), sameRole), held);
    }

    private boolean write(List<Guard> guards, Lease lease) {
        Operation put = new Operation.Put(DrKitKeys.LOCK, describe(), lease.id());
        try {
            CommitResult result = standby.commit(new Transaction(guards, List.of(put)));
            if (result instanceof CommitResult.OutOfSpace full) {
                throw new SiteFullException("The standby " + standby.name()
                        + " takes no writes, its space quota is used up: compact,"
                        + " defragment and disarm its alarm; mirroring goes on by itself. It said: " + full.message());
            }
            if (result instanceof CommitResult.Committed committed) {
                revision = committed.revision();
            }
        } catch (OutcomeUnknownException e) {
            // The next attempt reads whose the lock is.
        }
        return revision != 0;
    }

    boolean isHeld() {
        return revision != 0 && lease != null && lease.isAlive();
    }

    /** Which session this is, whether it holds the lock or not. */
    String session() {
        return session;
    }

    /** Of the lock's key, as last written. */
    long revision() {
        return revision;
    }

    private Bytes describe() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown host";
        }
        String holder = "process " + ProcessHandle.current().pid() + " on " + host;
        try {
            return Bytes.wrap(JSON.writeValueAsBytes(
                    new Holder(options.name(), holder, options.clock().instant().toString(), session)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void release() {
        if (lease != null) {
            lease.close();
            lease = null;
        }
    }

    @Override
    public void close() {
        revision = 0;
        release();
    }
}
