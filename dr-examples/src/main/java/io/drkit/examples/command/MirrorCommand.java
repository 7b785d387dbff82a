package io.drkit.examples.command;

import io.drkit.consistency.CheckerOptions;
import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.MirrorNameConverter;
import io.drkit.examples.cli.MirrorProgress;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.examples.cli.UnreadableValues;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.KeyMirror;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorOptions.Risk;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus;
import io.drkit.mirror.MirrorStatus.State;
import io.drkit.mirror.SkippedKey;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit mirror}: keeps the standby equal to the primary, until it is stopped or, with {@code --once}, level. */
@Command(
        name = "mirror",
        description =
                "Mirrors the primary to the standby until stopped by SIGTERM or SIGINT; started again, it goes on where it was.",
        subcommands = {MirrorStatusCommand.class, MirrorStopCommand.class})
public final class MirrorCommand extends SiteCommand.OfPair {

    private static final Duration EVER = Duration.ofDays(36_500);

    @Option(names = "--once", description = "Bring the standby level with the primary as of now, then exit.")
    private boolean once;

    @Option(
            names = "--name",
            converter = MirrorNameConverter.class,
            paramLabel = "NAME",
            description = "What this mirror's records are kept under. Default: default.")
    private String name = "default";

    @Option(
            names = "--delete-surplus",
            description = "When level, also delete what only the standby has. Otherwise it is kept.")
    private boolean deleteSurplus;

    @Option(
            names = "--accept",
            paramLabel = "new-source|new-history|shrink",
            converter = RiskConverter.class,
            description = "Accept the risk that a refusal named; may be repeated.")
    private Set<Risk> accept = EnumSet.noneOf(Risk.class);

    @Override
    protected int run(KeyStore primary, KeyStore standby) throws InterruptedException {
        KeyMirror mirror = new DefaultKeyMirror(primary, standby, options());
        MirrorStatus status = null;
        long deleted = 0;
        if (once || deleteSurplus) {
            status = bringLevel(mirror);
        }
        if (deleteSurplus) {
            deleted = new DefaultConsistencyChecker(primary, standby, CheckerOptions.DEFAULT)
                    .repair(scope(), true)
                    .deleted();
        }
        if (status == null || !once) {
            status = mirrorUntilStopped(mirror);
        }
        Result result = Result.of(status, once, deleted, unreadable().orElse(null));
        output().result(result, result::print);
        return ExitCodes.DONE;
    }

    private MirrorOptions options() {
        return MirrorOptions.builder()
                .name(name)
                .accept(accept.toArray(Risk[]::new))
                .build();
    }

    private MirrorStatus bringLevel(KeyMirror mirror) throws InterruptedException {
        try (MirrorSession session = mirror.start(scope());
                MirrorProgress progress = new MirrorProgress(session, progress())) {
            try {
                session.awaitCaughtUp(EVER);
            } catch (IllegalStateException e) {
                if (session.status().state() != State.STOPPED) {
                    throw e;
                }
                throw new InterruptedException("asked to stop");
            }
            return session.status();
        }
    }

    private MirrorStatus mirrorUntilStopped(KeyMirror mirror) {
        try (MirrorSession session = mirror.start(scope());
                MirrorProgress progress = new MirrorProgress(session, progress())) {
            try {
                session.awaitEnd(EVER);
            } catch (InterruptedException e) {
                // Asked to stop, which is how this command ends.
            }
            session.close();
            return session.status();
        }
    }

    /** Being stopped is this command's ordinary end, unless it was to bring the standby level. */
    @Override
    protected int stopped() throws InterruptedException {
        return once ? super.stopped() : ExitCodes.DONE;
    }

    /** What was done, in both forms. */
    private record Result(
            boolean level,
            long sourceRevision,
            long appliedRevision,
            long keys,
            long keysApplied,
            long bytesApplied,
            long splitRevisions,
            long surplusKept,
            long surplusDeleted,
            long skipped,
            List<String> skippedSample,
            long contended,
            long corrected,
            long setAside,
            @Nullable UnreadableValues undecrypted) {

        static Result of(
                MirrorStatus status, boolean level, long surplusDeleted, @Nullable UnreadableValues undecrypted) {
            return new Result(
                    level,
                    status.sourceRevision(),
                    status.appliedRevision(),
                    status.keys(),
                    status.appliedKeys(),
                    status.appliedBytes(),
                    status.splitRevisions(),
                    Math.max(0, status.strangers() - surplusDeleted),
                    surplusDeleted,
                    status.skipped(),
                    status.skippedSample().stream().map(SkippedKey::toString).toList(),
                    status.contended(),
                    status.corrected(),
                    // Each surplus value is set aside as it is deleted.
                    status.setAside() + surplusDeleted,
                    undecrypted);
        }

        void print(PrintWriter out) {
            out.println((level ? "Level with the primary at revision " : "Stopped at the primary's revision ")
                    + appliedRevision + ", which holds " + keys + " keys.");
            out.println("Keys put or deleted: " + keysApplied + " (" + bytesApplied + " bytes)");
            out.println("Surplus keys kept: " + surplusKept + ", deleted: " + surplusDeleted);
            out.println("Keys left as they are on the standby: " + skipped);
            skippedSample.forEach(key -> out.println("  " + key));
            if (corrected + contended > 0) {
                out.println("Keys put right that others had changed: " + corrected + " times; left contended: "
                        + contended);
            }
            out.println("Values set aside in quarantine: " + setAside);
            UnreadableValues.print(undecrypted, out);
        }
    }
}
