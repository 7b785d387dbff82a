package io.drkit.examples.command;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.drkit.examples.cli.CountConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.MirrorNameConverter;
import io.drkit.examples.cli.ScopeOptions;
import io.drkit.examples.cli.SuccessionCommand;
import io.drkit.examples.command.RoleCommand.Standing;
import io.drkit.keyspace.MirrorScope;
import io.drkit.keystore.KeyStore;
import io.drkit.mirror.LostWrites;
import io.drkit.mirror.MirrorRecord;
import io.drkit.site.Demotion;
import io.drkit.site.Site;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drkit role demote}: an old primary that came back becomes a standby, after its lost writes are listed. */
@Command(
        name = "demote",
        description =
                "Makes the site a standby: from then on a mirror may write to it. With --new first lists what it wrote and the new primary"
                        + " never had, and demotes it only for a primary of a later epoch. The mirror that then comes back"
                        + " sets those values aside in quarantine.")
final class RoleDemoteCommand extends SuccessionCommand {

    @Mixin
    private ScopeOptions scopeOptions = new ScopeOptions();

    @Option(
            names = "--name",
            converter = MirrorNameConverter.class,
            paramLabel = "NAME",
            description = "Of the mirror that ran to the new primary. Default: default.")
    private String name = "default";

    @Option(
            names = "--limit",
            converter = CountConverter.class,
            paramLabel = "N",
            description = "How many lost writes are shown. Default: 10.")
    private int limit = 10;

    @Option(names = "--dry-run", description = "With --new: only list them, and whether the site could be demoted.")
    private boolean dryRun;

    RoleDemoteCommand() {
        super("new");
    }

    @Override
    protected void requireSense(boolean otherIsGiven) {
        if (dryRun && !otherIsGiven) {
            throw usage("--dry-run lists what the new primary never had: name it by --new");
        }
    }

    @Override
    protected int run(KeyStore site) {
        Standing standing = Standing.of(site, Optional.of(Site.at(site).demote()));
        output().result(new Result(standing, false, null), out -> {
            out.println("Site " + standing);
            out.println("Lost writes were not looked for: for that name the new primary, by --new.");
        });
        return ExitCodes.DONE;
    }

    @Override
    protected int run(KeyStore site, KeyStore newPrimary) {
        Demotion demotion = Demotion.of(site, newPrimary);
        LostWrites lost = LostWrites.on(site, newPrimary, scope(newPrimary), name, limit);
        Standing standing = dryRun ? Standing.of(site) : Standing.of(site, Optional.of(demotion.carryOut()));
        output().result(new Result(standing, dryRun, Lost.of(lost)), out -> {
            print(lost, out);
            out.println("Site " + standing + (dryRun ? ", as before: this is a dry run" : ""));
        });
        return ExitCodes.DONE;
    }

    /** As recorded by the mirror that ran to the new primary, unless that takes more than its name; else as on the command line. */
    private MirrorScope scope(KeyStore newPrimary) {
        return MirrorRecord.read(newPrimary, name)
                .flatMap(record -> ScopeOptions.named(record.checkpoint().scope()))
                .orElseGet(() -> scopeOptions.scope(this::usage));
    }

    private static void print(LostWrites lost, PrintWriter out) {
        if (lost instanceof LostWrites.Known known) {
            out.println("Lost writes, keys written after revision " + known.since() + ": " + known.count());
            known.first()
                    .forEach(each -> out.println("  " + each.key().printable() + " at revision " + each.revision()));
            if (known.neverGiven() > 0) {
                out.println("Keys that the new primary had refused before, as a standby: " + known.neverGiven());
            }
            out.println("Deletions that were lost cannot be seen: those keys come back.");
        } else if (lost instanceof LostWrites.Unknown unknown) {
            out.println("Which writes were lost cannot be told: " + unknown.reason());
        }
    }

    /**
     * The JSON form.
     *
     * @param lostWrites null where they were not looked for
     */
    private record Result(
            @JsonUnwrapped Standing standing,
            boolean dryRun,
            @Nullable Lost lostWrites) {}

    /**
     * Lost writes in JSON.
     *
     * @param unknown why they cannot be told; the figures are null then
     */
    private record Lost(
            @Nullable String unknown,
            @Nullable Long since,
            @Nullable Long count,
            @Nullable Long neverGiven,
            List<Write> first) {

        record Write(String key, long revision) {}

        static Lost of(LostWrites lost) {
            if (lost instanceof LostWrites.Known known) {
                return new Lost(
                        null,
                        known.since(),
                        known.count(),
                        known.neverGiven(),
                        known.first().stream()
                                .map(each -> new Write(each.key().printable(), each.revision()))
                                .toList());
            }
            return new Lost(((LostWrites.Unknown) lost).reason(), null, null, null, List.of());
        }
    }
}
