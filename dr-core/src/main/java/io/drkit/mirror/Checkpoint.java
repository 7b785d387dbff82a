package io.drkit.mirror;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.drkit.UnsafeToProceedException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far a mirror has come, kept on the standby and written in every transaction of the mirror. While {@code copiedTo} is null it promises:
 * at the standby's revision that wrote this checkpoint, the keys in scope equal the primary's at {@code revision}.
 *
 * @param source the primary's id
 * @param epoch the primary's epoch; a checkpoint of an earlier epoch is not resumed
 * @param scope name of the scope
 * @param start first key of the scope's range
 * @param end end of that range; null is none
 * @param revision the primary's revision that is applied
 * @param partialTo changes up to this revision of the primary may be applied in part: while it is beyond {@code revision}, the promise held when
 *     {@code revision} was written, and the next revision to be promised is this one or a later one
 * @param copiedTo while a copy runs: the promise holds for keys before this one only. Null when complete
 * @param copyFloor the standby's revision when the running, or the last, copy began
 * @param fromOldPrimary whether the running copy turns an old primary into a standby, so that what only this site has are lost writes
 * @param accounted the standby's revision up to which it was known, when this was written, which revisions are the mirror's own
 * @param keys how many keys the primary's range held at {@code revision}
 * @param shrinkBase how many keys the standby held when the guard against mass deletion last began to count; 0 if it never did
 * @param logIndex a length that the primary's log had reached; see {@link io.drkit.keystore.StoreStatus#logIndex}
 * @param asOf everything that the primary had acknowledged before this moment is in {@code revision}: milliseconds since 1970, by the clock of the
 *     mirror's machine; 0 while that is unknown, and while a copy runs
 * @param witness one change that the primary's history holds
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Checkpoint(
        String source,
        long epoch,
        String scope,

        @JsonSerialize(using = BytesJson.Writer.class) @JsonDeserialize(using = BytesJson.Reader.class)
        Bytes start,

        @JsonSerialize(using = BytesJson.Writer.class) @JsonDeserialize(using = BytesJson.Reader.class) @Nullable Bytes end,

        long revision,
        long partialTo,

        @JsonSerialize(using = BytesJson.Writer.class) @JsonDeserialize(using = BytesJson.Reader.class) @Nullable Bytes copiedTo,

        long copyFloor,
        boolean fromOldPrimary,
        long accounted,
        long keys,
        long shrinkBase,
        long logIndex,
        long asOf,
        @Nullable Witness witness) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The key's last change at or before the checkpoint's revision, and what it left behind. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Witness(
            @JsonSerialize(using = BytesJson.Writer.class) @JsonDeserialize(using = BytesJson.Reader.class)
            Bytes key,

            long modRevision,
            String sha256) {}

    /** Reads what {@link #toBytes} wrote; unknown fields are ignored. */
    public static Checkpoint parse(Bytes json) {
        try {
            return JSON.readValue(json.unsafeArray(), Checkpoint.class);
        } catch (IOException e) {
            throw new UnsafeToProceedException(
                    "Cannot read the mirror's checkpoint: it is not what DrKit writes there. Delete it to have"
                            + " everything copied anew; keys on the standby are then kept.");
        }
    }

    public Bytes toBytes() {
        try {
            return Bytes.wrap(JSON.writeValueAsBytes(this));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    public KeyRange range() {
        return new KeyRange(start, end);
    }

    public boolean isComplete() {
        return copiedTo == null;
    }

    /** Everything that the primary had acknowledged before this is there, by the clock of the mirror's machine; empty while that is unknown. */
    public Optional<Instant> knownAsOf() {
        return asOf == 0 || !isComplete() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(asOf));
    }

    Checkpoint at(long revision, long keys, @Nullable Witness witness) {
        return but(
                revision,
                partialTo,
                copiedTo,
                copyFloor,
                fromOldPrimary,
                accounted,
                keys,
                shrinkBase,
                logIndex,
                asOf,
                witness);
    }

    /** Parts of what leads to {@code revision} are about to be applied. */
    Checkpoint partialTo(long revision) {
        long furthest = Math.max(partialTo, revision);
        return but(
                this.revision,
                furthest,
                copiedTo,
                copyFloor,
                fromOldPrimary,
                accounted,
                keys,
                shrinkBase,
                logIndex,
                asOf,
                witness);
    }

    Checkpoint copiedTo(@Nullable Bytes key) {
        boolean still = fromOldPrimary && key != null;
        return but(revision, partialTo, key, copyFloor, still, accounted, keys, shrinkBase, logIndex, asOf, witness);
    }

    /** The start of a new copy. */
    Checkpoint copyingFrom(long revision, long keys, long copyFloor) {
        return but(revision, 0, start, copyFloor, fromOldPrimary, accounted, keys, shrinkBase, logIndex, 0, null);
    }

    Checkpoint shrinkBase(long shrinkBase) {
        return but(
                revision,
                partialTo,
                copiedTo,
                copyFloor,
                fromOldPrimary,
                accounted,
                keys,
                shrinkBase,
                logIndex,
                asOf,
                witness);
    }

    Checkpoint with(long accounted, long logIndex, long asOf) {
        return but(
                revision,
                partialTo,
                copiedTo,
                copyFloor,
                fromOldPrimary,
                accounted,
                keys,
                shrinkBase,
                logIndex,
                asOf,
                witness);
    }

    private Checkpoint but(
            long revision,
            long partialTo,
            @Nullable Bytes copiedTo,
            long copyFloor,
            boolean fromOldPrimary,
            long accounted,
            long keys,
            long shrinkBase,
            long logIndex,
            long asOf,
            @Nullable Witness witness) {
        return new Checkpoint(
                source,
                epoch,
                scope,
                start,
                end,
                revision,
                partialTo,
                copiedTo,
                copyFloor,
                fromOldPrimary,
                accounted,
                keys,
                shrinkBase,
                logIndex,
                asOf,
                witness);
    }
}
