package io.drkit.examples.command;

import io.drkit.etcd.snapshot.EtcdSnapshotVerifier;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.Progress;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.examples.cli.SnapshotPlace;
import io.drkit.keystore.KeyStore;
import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.SnapshotProof;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drkit snapshot verify}: whether a snapshot can be restored, and what is in it then. */
@Command(
        name = "verify",
        description =
                "Reads a snapshot, compares its checksum, restores it into a scratch folder, serves it there with a real etcd to nobody but this"
                        + " command, and compares revision, number of keys and a sample with its manifest; with --at, with"
                        + " the living site as well, where that still has its revision. Exit code 3: something differs.")
final class SnapshotVerifyCommand extends SiteCommand.OfOneIfNamed {

    @Option(
            names = "--in",
            required = true,
            paramLabel = "PLACE",
            description = "A folder, or NODE:/folder where NODE is named under nodes: in --config.")
    private String in = "";

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Which. Default: the newest.")
    private String name = "";

    @Option(
            names = "--adopt",
            paramLabel = "FILE",
            description = "A snapshot that something else saved: it gets a manifest, and is kept in the place, too.")
    private @Nullable Path adopt;

    @Mixin
    private ScratchProgramOptions programs = new ScratchProgramOptions();

    @Override
    protected int run(Optional<KeyStore> living) throws IOException {
        EtcdSnapshotVerifier verifier = new EtcdSnapshotVerifier(programs.options());
        try (SnapshotPlace place = place(in);
                Progress progress = progress()) {
            Snapshot snapshot = adopt == null ? place.snapshot(name) : adopted(adopt, verifier, place, progress);
            SnapshotProof proof = place.withFile(
                    snapshot, (done, total) -> progress.update("fetching", done >> 10, total >> 10, "in KiB"), file -> {
                        progress.step("Restoring " + snapshot.name());
                        return verifier.verify(file, snapshot, living);
                    });
            output().result(Result.of(snapshot, proof), out -> print(snapshot, proof, out));
            return proof.isSound() ? ExitCodes.DONE : ExitCodes.WANTING;
        }
    }

    private Snapshot adopted(Path file, EtcdSnapshotVerifier verifier, SnapshotPlace place, Progress progress)
            throws IOException {
        if (!name.isEmpty()) {
            throw usage(
                    "A NAME is of a snapshot that is kept already, and --adopt of one that is not: give one of them");
        }
        try {
            return place.store()
                    .put(
                            file,
                            verifier.describe(file),
                            (done, total) -> progress.update("keeping", done >> 10, total >> 10, "in KiB"));
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private static void print(Snapshot snapshot, SnapshotProof proof, PrintWriter out) {
        SnapshotCommand.Row.of(snapshot).print(out);
        out.println("Served by a real etcd: revision " + proof.revision() + ", " + proof.keys() + " keys; "
                + proof.samples() + " keys of its sample looked at");
        out.println("The living site: "
                + switch (proof.living()) {
                    case NOT_COMPARED -> "not asked, for --at names none";
                    case EQUAL -> "holds the same at that revision";
                    case DIFFERENT -> "DIFFERS at that revision";
                    case COMPACTED -> "has compacted that revision away, so nothing could be compared";
                });
        proof.differences().forEach(each -> out.println("DIFFERS: " + each));
        out.println(proof.isSound() ? "In order." : "NOT IN ORDER.");
    }

    /** The JSON form. */
    private record Result(
            SnapshotCommand.Row snapshot,
            boolean sound,
            long revision,
            long keys,
            int samples,
            String living,
            List<String> differences) {

        static Result of(Snapshot snapshot, SnapshotProof proof) {
            return new Result(
                    SnapshotCommand.Row.of(snapshot),
                    proof.isSound(),
                    proof.revision(),
                    proof.keys(),
                    proof.samples(),
                    Output.lower(proof.living()),
                    proof.differences());
        }
    }
}
