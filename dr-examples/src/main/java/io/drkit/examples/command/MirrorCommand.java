package io.drkit.examples.command;

import io.drkit.consistency.DefaultConsistencyChecker;
import io.drkit.consistency.RepairReport;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.DefaultKeyMirror;
import io.drkit.mirror.KeyMirror;
import io.drkit.mirror.MirrorOptions;
import io.drkit.mirror.MirrorSession;
import io.drkit.mirror.MirrorStatus;
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
        description = "Mirrors the primary to the standby until stopped by SIGTERM or SIGINT; started again, it goes on where it was.",
        subcommands = MirrorStatusCommand.class)
public final class MirrorCommand extends SiteCommand.OfPair {

    private static final Duration EVER = Duration.ofDays(36_500);

    @Option(names = "--once", description = "Bring the standby level with the primary as of now, then exit.")
    private boolean once;

    @Option(names = "--name", paramLabel = "NAME", description = "What this mirror's records are kept under. Default: default.")
    private String name = "default";

    @Option(
            names = "--delete-surplus",
            description = "When level, also delete what only the standby has. Otherwise it is kept.")
    private boolean deleteSurplus;

    @Option(
            names = "--accept",
            paramLabel = "new-source|new-history|shrink",
            converter = OverrideConverter.class,
            description = "Overrule a refusal that names this; may be repeated.")
    private Set<MirrorOptions.Override> accept = EnumSet.noneOf(MirrorOptions.Override.class);

    @Override
    protected int run(KeyStore primary, KeyStore standby) {
        KeyMirror mirror = new DefaultKeyMirror(
                primary,
                standby,
                MirrorOptions.builder()
                        .name(name)
                        .accept(accept.toArray(MirrorOptions.Override[]::new))
                        .build());
        boolean level = false;
        RepairReport repaired = null;
        MirrorStatus status = null;
        if (once || deleteSurplus) {
            
        }
        return ExitCodes.DONE;
    }
}
