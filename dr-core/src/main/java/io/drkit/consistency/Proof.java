package io.drkit.consistency;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.OutcomeUnknownException;
import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.ConsistencyReport.Consistent;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * That a standby was found equal to its primary by the standard of its scope, and when. The last one is kept on the standby, where status can tell its age.
 *
 * @param scope what was compared
 * @param sourceRevision the primary's revision that was compared
 * @param at when, in ISO 8601, by the checking machine's clock
 * @param level what was compared; where nothing is noted, values
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Proof(String scope, long sourceRevision, String at, Level level) {

    private static final ObjectMapper JSON = new ObjectMapper();

    public Proof {
        level = Objects.requireNonNullElse(level, Level.VALUES); // proofs of before there were others do not say
    }

    /**
     * Keeps the verdict of a check on the standby, if it compared values, or desired state where {@code scope} asks for no more.
     *
     * @return whether it was kept; if not, the one before stays
     */
    public static boolean keep(KeyStore standby, MirrorScope scope, Consistent verdict, Instant at) {
        Comparison compared = verdict.comparison();
        if (compared.level() != Level.VALUES && compared.level() != Level.of(scope)) {
            return false;
        }
        Proof proof = new Proof(compared.scope(), compared.sourceRevision(), at.toString(), compared.level());
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
