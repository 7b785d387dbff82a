package io.drkit.examples.command;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.UnsafeToProceedException;
import io.drkit.consistency.Proof;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.MirrorNameConverter;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.keyspace.DrKitKeys;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.mirror.Checkpoint;
import io.drkit.mirror.MirrorRecord;
import io.drkit.mirror.SkippedKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit mirror status}: how a mirror stands, read from its records on the standby, wherever it runs. */
@Command(
        name = "status",
        description = "How a mirror stands, from its records on the standby. With --from also how far it is behind.")
final class MirrorStatusCommand extends SiteCommand.OfStandby {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SAMPLE = 10;

    @Option(
            names = "--name",
            converter = MirrorNameConverter.class,
            paramLabel = "NAME",
            description = "Which mirror. Default: default.")
    private String name = "default";

    @Override
    protected int run(KeyStore standby, @Nullable KeyStore primary) {
        Bytes key = DrKitKeys.checkpoint(name);
        // The primary last: what it wrote meanwhile counts as lag, never the other way round.
        var records = standby.read(List.of(key, DrKitKeys.LOCK));
        KeyValue recorded = records.get(key);
        Checkpoint checkpoint = recorded == null ? null : Checkpoint.parse(recorded.value());
        Holder holder = Holder.parse(records.get(DrKitKeys.LOCK));
        Bytes skipped = DrKitKeys.skipped(name);
        long skippedCount = standby.count(KeyRange.prefix(skipped));
        List<String> sample = skippedCount == 0
                ? List.of()
                : standby.range(RangeRequest.of(KeyRange.prefix(skipped), 0, SAMPLE)).entries().stream()
                        .map(marker -> new SkippedKey(
                                        marker.key().dropFirst(skipped.size()),
                                        marker.value().utf8())
                                .toString())
                        .toList();
        Long behind = primary == null || checkpoint == null
                ? null
                : Math.max(0, primary.status().revision() - checkpoint.revision());
        Result result = new Result(
                name,
                state(checkpoint, holder),
                holder,
                checkpoint == null ? null : checkpoint.scope(),
                checkpoint == null ? null : checkpoint.revision(),
                checkpoint == null ? null : checkpoint.keys(),
                behind,
                MirrorRecord.surplus(standby, name),
                skippedCount,
                sample,
                Proof.last(standby).orElse(null));
        output().result(result, result::print);
        return ExitCodes.DONE;
    }

    private String state(@Nullable Checkpoint checkpoint, @Nullable Holder holder) {
        boolean running = holder != null && holder.mirror().equals(name);
        if (checkpoint == null) {
            return running ? "starting" : "never ran";
        }
        String reached = checkpoint.isComplete() ? "streaming" : "copying";
        return running ? reached : "stopped while " + reached;
    }

    /** Who mirrors to the standby now, as the lock says. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Holder(String mirror, String holder, String since) {

        static @Nullable Holder parse(@Nullable KeyValue lock) {
            try {
                return lock == null ? null : JSON.readValue(lock.value().unsafeArray(), Holder.class);
            } catch (IOException e) {
                throw new UnsafeToProceedException("Cannot read " + DrKitKeys.LOCK.printable()
                        + ": it is not what DrKit writes there. It goes away with its lease, or delete it.");
            }
        }
    }

    /**
     * Both forms of the answer.
     *
     * @param behind how many of the primary's revisions, of whatever keys, came after the checkpoint; null where the primary was not asked
     */
    private record Result(
            String mirror,
            String state,
            @Nullable Holder lock,
            @Nullable String scope,
            @Nullable Long revision,
            @Nullable Long keys,
            @Nullable Long behind,
            long strangers,
            long skipped,
            List<String> skippedSample,
            @Nullable Proof lastProof) {

        void print(PrintWriter out) {
            out.println("Mirror " + mirror + ": " + state);
            if (lock != null) {
                out.println("Lock: mirror " + lock.mirror + ", " + lock.holder + ", since " + lock.since);
            }
            if (revision != null) {
                String what = state.endsWith("copying") ? "Copy, not complete yet, of" : "Checkpoint:";
                out.println(what + " the primary's revision " + revision + ", scope " + scope + ", " + keys + " keys");
            }
            if (behind != null) {
                out.println("Behind: " + behind + " revisions at most");
            }
            out.println("Strangers, which only the standby has: " + strangers);
            out.println("Keys left as they are on the standby: " + skipped);
            skippedSample.forEach(key -> out.println("  " + key));
            out.println(
                    lastProof == null
                            ? "Never proved equal"
                            : "Last proved equal: " + lastProof.at() + ", scope " + lastProof.scope()
                                    + ", level " + Output.lower(lastProof.level()) + ", at the primary's revision "
                                    + lastProof.sourceRevision());
        }
    }
}
