package io.drkit.examples.command;

import io.drkit.etcd.snapshot.EtcdStandbySeeder;
import io.drkit.etcd.snapshot.Seed;
import io.drkit.etcd.snapshot.SeedOptions;
import io.drkit.etcd.snapshot.SeedOptions.Users;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.MirrorNameConverter;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.Progress;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.examples.cli.SnapshotPlace;
import io.drkit.keystore.KeyStore;
import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.SnapshotFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code drkit snapshot seed}: makes a standby's snapshot out of a primary's. */
@Command(
        name = "seed",
        description =
                "Makes, out of a primary's snapshot, one that a standby can be filled with for scope all: without leases, and without what is"
                        + " not in scope, with the role of a standby, an identity of its own, and a checkpoint from which the"
                        + " mirror goes on without copying. Put it back by drkit snapshot restore --control-plane-stopped."
                        + " With --at, the living primary, makes sure that the snapshot is of it.")
final class SnapshotSeedCommand extends SiteCommand.OfOneIfNamed {

    @Option(
            names = "--in",
            required = true,
            paramLabel = "PLACE",
            description =
                    "Where the primary's is: a folder, or NODE:/folder where NODE is named under nodes: in --config.")
    private String in = "";

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Which. Default: the newest.")
    private String name = "";

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "Where the standby's is kept.")
    private @Nullable Path out;

    @Option(
            names = "--name",
            converter = MirrorNameConverter.class,
            paramLabel = "NAME",
            description = "Of the mirror that will go on from it. Default: default.")
    private String mirror = "default";

    @Option(
            names = "--site-id",
            paramLabel = "ID",
            description = "The identity that the standby had, as drkit role show tells it. Default: a new one.")
    private @Nullable String siteId;

    @Option(
            names = "--users",
            converter = UsersConverter.class,
            paramLabel = "keep|remove",
            description = "What becomes of etcd's users, if the snapshot has some.")
    private Users users = Users.UNDECIDED;

    @Mixin
    private ScratchProgramOptions programs = new ScratchProgramOptions();

    static final class UsersConverter implements ITypeConverter<Users> {

        @Override
        public Users convert(String text) {
            return Arrays.stream(Users.values())
                    .filter(each ->
                            each != Users.UNDECIDED && Output.lower(each).equals(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + text + "' is neither keep nor remove"));
        }
    }

    @Override
    protected int run(Optional<KeyStore> primary) throws IOException {
        SeedOptions.Builder options = SeedOptions.builder().mirror(mirror).users(users);
        primary.ifPresent(options::primary);
        Optional.ofNullable(siteId).ifPresent(options::siteId);
        SnapshotFolder target = new SnapshotFolder(Objects.requireNonNull(out, "picocli requires it"));
        try (SnapshotPlace place = place(in);
                Progress progress = progress()) {
            Snapshot snapshot = place.undoubted(name, Instant.now());
            Seed seed = place.withFile(
                    snapshot,
                    (done, total) -> progress.update("fetching", done >> 10, total >> 10, "in KiB"),
                    file -> new EtcdStandbySeeder(programs.options(), Clock.systemUTC())
                            .prepare(
                                    file,
                                    snapshot,
                                    target,
                                    options.build(),
                                    (done, total) -> progress.update("saving", done >> 10, total >> 10, "in KiB")));
            output().result(Result.of(seed), shown -> print(seed, shown));
            return ExitCodes.DONE;
        } catch (FileSystemException e) {
            throw unwritable(e);
        }
    }

    private void print(Seed seed, PrintWriter shown) {
        shown.print("A standby's snapshot: ");
        SnapshotCommand.Row.of(seed.snapshot()).print(shown);
        shown.println("  Site " + seed.snapshot().siteId() + ", STANDBY in epoch " + seed.epoch() + " of primary "
                + seed.sourceId());
        shown.println("  The mirror " + mirror + " goes on from revision " + seed.sourceRevision() + "; left out: "
                + seed.removedKeys() + " keys out of scope, and those of " + seed.revokedLeases() + " leases");
    }

    /** The JSON form. */
    private record Result(
            SnapshotCommand.Row snapshot,
            String primary,
            long epoch,
            long sourceRevision,
            long removedKeys,
            long revokedLeases) {

        static Result of(Seed seed) {
            return new Result(
                    SnapshotCommand.Row.of(seed.snapshot()),
                    seed.sourceId(),
                    seed.epoch(),
                    seed.sourceRevision(),
                    seed.removedKeys(),
                    seed.revokedLeases());
        }
    }
}
