package io.drkit.examples.command;

import io.drkit.Ticker;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.etcd.snapshot.EtcdSnapshotReader;
import io.drkit.examples.cli.DurationConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Progress;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.examples.cli.SnapshotPlace;
import io.drkit.snapshot.Retention;
import io.drkit.snapshot.SnapshotFolder;
import io.drkit.snapshot.SnapshotRoutine;
import io.drkit.snapshot.SnapshotRoutine.Listener;
import io.drkit.snapshot.SnapshotRoutine.Round;
import io.drkit.snapshot.SnapshotSaver;
import io.drkit.snapshot.SnapshotStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drkit snapshot save}: once, or again and again. */
@Command(
        name = "save",
        description =
                "Takes a snapshot of the site's etcd from the member that has least to do, compares its checksum and a sample of it, and"
                        + " keeps it with a manifest. Changes nothing at the site. Where --keep-... is given, drops what is"
                        + " over. Exit code 3: the snapshot is kept, but something else could not be done.")
final class SnapshotSaveCommand extends SiteCommand.OfOne {

    @Option(names = "--in", required = true, paramLabel = "FOLDER", description = "Where it is kept on this machine.")
    private @Nullable Path in;

    @Option(
            names = "--also",
            paramLabel = "PLACE",
            description = "Where it is brought to, too: a folder, or NODE:/folder where NODE is named under nodes: in"
                    + " --config. May be repeated.")
    private List<String> also = List.of();

    @Mixin
    private RetentionOptions retention = new RetentionOptions();

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "Go on and take one whenever so much time has passed since the last, until stopped.")
    private @Nullable Duration every;

    @Override
    protected int run(EtcdKeyStore store) throws Exception {
        List<SnapshotPlace> places = new ArrayList<>();
        try {
            for (String each : also) {
                places.add(place(each));
            }
            return run(store, places.stream().map(SnapshotPlace::store).toList());
        } finally {
            places.forEach(SnapshotPlace::close);
        }
    }

    private int run(EtcdKeyStore store, List<SnapshotStore> others) throws Exception {
        SnapshotSaver saver = new SnapshotSaver(store.snapshots(), store, new EtcdSnapshotReader(), Clock.systemUTC());
        SnapshotFolder folder = new SnapshotFolder(Objects.requireNonNull(in, "picocli requires it"));
        SnapshotRoutine routine =
                new SnapshotRoutine(saver, folder, others, retention.given().orElse(Retention.ALL), Clock.systemUTC());
        if (every == null) {
            Round round = once(routine);
            output().result(json(round), out -> print(round, out));
            return round.failures().isEmpty() ? ExitCodes.DONE : ExitCodes.WANTING;
        }
        return again(routine, every);
    }

    private Round once(SnapshotRoutine routine) {
        try (Progress progress = progress()) {
            return routine.once((done, total) -> progress.update("saving", done >> 10, total >> 10, "in KiB"));
        } catch (IOException e) {
            throw SiteCommand.unwritable(e);
        }
    }

    private int again(SnapshotRoutine routine, Duration interval) {
        int[] count = new int[1];
        try {
            routine.run(interval, new CountDownLatch(1), Ticker.SYSTEM, new Listener() {
                @Override
                public void saved(Round round) {
                    count[0]++;
                    print(round, err());
                    err().flush();
                }

                @Override
                public void failed(Exception why) {
                    err().println("drkit: no snapshot was taken, and one is tried again soon: " + why.getMessage());
                    err().flush();
                }
            });
        } catch (InterruptedException e) {
            // Asked to stop, which is how this ends.
        }
        output().result(Map.of("saved", count[0]), out -> out.println("Snapshots taken: " + count[0]));
        return ExitCodes.DONE;
    }

    private static Map<String, Object> json(Round round) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("saved", SnapshotCommand.Row.of(round.saved()));
        json.put("member", round.saved().member());
        json.put("dropped", round.dropped());
        json.put("failures", round.failures());
        return json;
    }

    private static void print(Round round, PrintWriter out) {
        out.print("Saved ");
        SnapshotCommand.Row.of(round.saved()).print(out);
        out.println("  from " + round.saved().member() + ", SHA-256 "
                + round.saved().sha256());
        round.dropped().forEach(each -> out.println("Dropped from " + each));
        round.failures().forEach(each -> out.println("FAILED: " + each));
    }
}
