package io.drkit.examples.command;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.drkit.SiteUnreachableException;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.SuccessionCommand;
import io.drkit.examples.command.RoleCommand.Standing;
import io.drkit.keystore.KeyStore;
import io.drkit.site.Promotion;
import io.drkit.site.Promotion.Halfway;
import io.drkit.site.Site;
import io.drkit.site.SiteRole;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code drkit role promote}: a standby takes over, and the old primary, if it can be reached, becomes a standby. */
@Command(
        name = "promote",
        description =
                "Makes the site the primary of a new epoch: from then on no mirror writes to it. Then makes the site named by --old, if it"
                        + " can be reached, a standby of that epoch: from then on nothing mirrors from it. Run again it does the half"
                        + " that is missing.")
final class RolePromoteCommand extends SuccessionCommand {

    RolePromoteCommand() {
        super("old");
    }

    @Override
    protected int run(KeyStore site) {
        SiteRole role = Site.at(site).promote();
        Standing standing = Standing.of(site, Optional.of(role));
        output().result(new Result(standing, null, null), out -> out.println("Site " + standing));
        return ExitCodes.DONE;
    }

    @Override
    protected int run(KeyStore site, KeyStore old) {
        return tell(site, Promotion.promote(site, old));
    }

    @Override
    protected int runWithoutOther(KeyStore site, SiteUnreachableException why) {
        return tell(site, new Halfway(Site.at(site).promote(), String.valueOf(why.getMessage())));
    }

    private int tell(KeyStore site, Promotion promotion) {
        Standing standing = Standing.of(site, Optional.of(promotion.role()));
        String undone = promotion instanceof Halfway halfway ? halfway.reason() : null;
        output().result(new Result(standing, promotion.isComplete(), undone), out -> {
            out.println("Site " + standing);
            out.println(
                    undone == null
                            ? "The old primary is a standby of that epoch."
                            : "The old primary is not a standby yet: " + undone
                                    + System.lineSeparator()
                                    + "Nothing mirrors from it all the same. When it is back: drkit role demote --at OLD"
                                    + " --new NEW");
        });
        return ExitCodes.DONE;
    }

    /**
     * The JSON form.
     *
     * @param oldDemoted null where no old primary was named
     * @param reason why it was not
     */
    private record Result(
            @JsonUnwrapped Standing standing,
            @Nullable Boolean oldDemoted,
            @Nullable String reason) {}
}
