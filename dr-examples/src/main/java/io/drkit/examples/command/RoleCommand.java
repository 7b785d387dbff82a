package io.drkit.examples.command;

import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.keystore.KeyStore;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit role}: who a site is and what part it plays, as the mirror's guard reads it. */
@Command(
        name = "role",
        description = "A site's identity, role and epoch.",
        subcommands = {RoleCommand.Show.class, RoleCommand.Promote.class, RoleCommand.Demote.class})
public final class RoleCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Command(name = "show", description = "Shows identity, role and epoch; writes nothing.")
    static final class Show extends SiteCommand.OfOne {

        @Override
        protected int run(KeyStore store) {
            Site site = Site.at(store);
            return tell(output(), site.identity(), site.role());
        }
    }

    @Command(
            name = "promote",
            description = "Makes the site the primary of a new epoch. From then on no mirror writes to it.")
    static final class Promote extends SiteCommand.OfOne {

        @Override
        protected int run(KeyStore store) {
            Site site = Site.at(store);
            SiteRole role = site.promote();
            return tell(output(), site.identity(), Optional.of(role));
        }
    }

    @Command(name = "demote", description = "Makes the site a standby. From then on a mirror may write to it.")
    static final class Demote extends SiteCommand.OfOne {

        @Override
        protected int run(KeyStore store) {
            Site site = Site.at(store);
            SiteRole role = site.demote();
            return tell(output(), site.identity(), Optional.of(role));
        }
    }

    private static int tell(Output output, Optional<String> identity, Optional<SiteRole> role) {
        output.result(
                new Result(
                        identity.orElse(null),
                        role.map(r -> Output.lower(r.role())).orElse(null),
                        role.map(SiteRole::epoch).orElse(null)),
                out -> out.println("Site " + identity.orElse("without an identity") + ": "
                        + role.map(SiteRole::toString).orElse("no role yet")));
        return ExitCodes.DONE;
    }

    /** The JSON form; what is not recorded is null. */
    private record Result(
            @Nullable String site,
            @Nullable String role,
            @Nullable Long epoch) {}
}
