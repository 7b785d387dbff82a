package io.drkit.mirror;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Guard;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.site.SiteFullException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * That a running mirror, in whatever process, is to end: a key on the standby, which its session looks for several times a second. It names
 * the session that is meant, so that one left behind stops no later session.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record StopRequest(String session) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Asks. Asking again does no harm. */
    static void make(KeyStore standby, String mirror, String session) {
        Bytes json;
        try {
            json = Bytes.wrap(JSON.writeValueAsBytes(new StopRequest(session)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        CommitResult result =
                standby.commit(new Transaction(List.of(), List.of(Operation.put(DrKitKeys.stop(mirror), json))));
        if (result instanceof CommitResult.OutOfSpace) {
            throw new SiteFullException("The standby " + standby.name()
                    + " is out of space and takes no writes, so the mirror cannot be asked to stop: end its process.");
        }
    }

    /** Whether that session was asked; the request is then gone, and the session must end. */
    static boolean obey(KeyStore standby, String mirror, String session) {
        Bytes key = DrKitKeys.stop(mirror);
        KeyValue stored = standby.read(List.of(key)).get(key);
        if (stored == null || !read(stored).map(session::equals).orElse(false)) {
            return false;
        }
        try {
            delete(standby, stored);
        } catch (SiteUnreachableException | OutcomeUnknownException e) {
            // It means no other session.
        }
        return true;
    }

    /** Takes back whatever was asked of that mirror. */
    static void withdraw(KeyStore standby, String mirror) {
        Bytes key = DrKitKeys.stop(mirror);
        KeyValue stored = standby.read(List.of(key)).get(key);
        if (stored != null) {
            delete(standby, stored);
        }
    }

    private static void delete(KeyStore standby, KeyValue stored) {
        standby.commit(new Transaction(
                List.of(Guard.unchanged(stored.key(), stored.modRevision())), List.of(Operation.delete(stored.key()))));
    }

    /** The session that is meant; empty for what is no such request. */
    private static Optional<String> read(KeyValue stored) {
        try {
            return Optional.ofNullable(JSON.readValue(stored.value().unsafeArray(), StopRequest.class)
                    .session());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
