package io.drkit.examples.command;

import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.keystore.KeyStore;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit role}: who a site is and what part it plays, as the mirror's guard reads it. */
@Command(
        name = "role",
        description = "A site's identity, role and epoch.",
        subcommands = {RoleCommand.Show.class, RolePromoteCommand.class, RoleDemoteCommand.class})
public final class RoleCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Command(name = "show", description = "Shows identity, role and epoch; writes nothing.")
    static final class Show extends SiteCommand.OfOne {

        @Override
        protected int run(EtcdKeyStore store) {
            Standing standing = Standing.of(store);
            output().result(standing, out -> out.println("Site " + standing));
            return ExitCodes.DONE;
        }
    }

    /** Who a site is and what part it plays; also its JSON form. What is not recorded is null. */
    record Standing(
            @Nullable String site,
            @Nullable String role,
            @Nullable Long epoch) {

        static Standing of(KeyStore store) {
            return of(store, Site.at(store).role());
        }

        static Standing of(KeyStore store, Optional<SiteRole> role) {
            return new Standing(
                    Site.at(store).identity().orElse(null),
                    role.map(r -> Output.lower(r.role())).orElse(null),
                    role.map(SiteRole::epoch).orElse(null));
        }

        @Override
        public String toString() {
            return (site == null ? "without an identity" : site) + ": "
                    + (role == null ? "no role yet" : role.toUpperCase(Locale.ROOT) + " in epoch " + epoch);
        }
    }
}
