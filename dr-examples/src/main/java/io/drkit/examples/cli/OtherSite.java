package io.drkit.examples.cli;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.examples.runbook.platform.EtcdSite;
import io.drkit.examples.runbook.platform.Way;
import io.drkit.runbook.SharedJournal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The site that a run does not lock. A runbook that moves the other way has its lock and its journal there, so a run looks at it once it has its own
 * lock: of two that begin at once at least one sees the other. A site that does not answer holds nothing up, for it may be lost.
 */
final class OtherSite {

    private static final Logger LOG = LoggerFactory.getLogger(OtherSite.class);

    private OtherSite() {}

    /**
     * @param goesOn whether the run was begun before, so that one that is not finished there does not keep it
     * @throws UnsafeToProceedException when somebody runs a runbook there, or one there is not finished
     */
    static void requireIdle(Way way, boolean goesOn) {
        try (EtcdKeyStore store = way.from().open()) {
            SharedJournal.requireFree(store);
            if (!goesOn) {
                requireFinished(store, way.from());
            }
        } catch (SiteUnreachableException | IllegalArgumentException e) {
            // The latter where it does not let us in.
            LOG.info("Nobody can tell whether a runbook is run on {}: {}", way.from(), e.getMessage());
        }
    }

    private static void requireFinished(EtcdKeyStore store, EtcdSite site) {
        SharedJournal.look(store).filter(run -> !run.ended()).ifPresent(run -> {
            throw new UnsafeToProceedException("A run of " + run.runbook() + " the other way, begun " + run.began()
                    + " by " + run.by() + ", is not finished at " + site
                    + ". Go on with it or declare it over first, by"
                    + " --resume or --abandon of drkit " + run.runbook()
                    + " with --from and --to, or the configuration,"
                    + " that it was begun with.");
        });
    }
}
