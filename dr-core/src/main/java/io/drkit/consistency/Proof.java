package io.drkit.consistency;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.ConsistencyReport.Consistent;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * That a standby was found equal to its primary, value by value, and when. The last one is kept on the standby, where status can tell its age.
 *
 * @param scope what was compared
 * @param sourceRevision the primary's revision that was compared
 * @param at when, in ISO 8601, by the checking machine's clock
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Proof(String scope, long sourceRevision, String at) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Keeps the verdict of a check on the standby, if it compared values.
     *
     * @return whether it was kept; if not, the one before stays
     */
    public static boolean keep(KeyStore standby, Consistent verdict, Instant at) {
        Comparison compared = verdict.comparison();
        if (compared.level() != Level.VALUES) {
            return false;
        }
        Proof proof = new Proof(compared.scope(), compared.sourceRevision(), at.toString());
        try {
            Bytes json = Bytes.wrap(JSON.writeValueAsBytes(proof));
            Operation put = Operation.put(DrKitKeys.PROOF, json);
            return standby.commit(new Transaction(List.of(), List.of(put))) instanceof CommitResult.Committed;
        } catch (OutcomeUnknownException e) {
            return false;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The last proof that was kept there, of whatever scope. */
    public static Optional<Proof> last(KeyStore standby) {
        KeyValue kept = standby.read(List.of(DrKitKeys.PROOF)).get(DrKitKeys.PROOF);
        if (kept == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(kept.value().unsafeArray(), Proof.class));
        } catch (IOException e) {
            throw new UnsafeToProceedException(
                    "Cannot read " + DrKitKeys.PROOF.printable() + ": it is not what DrKit writes there. Delete it.");
        }
    }
}
