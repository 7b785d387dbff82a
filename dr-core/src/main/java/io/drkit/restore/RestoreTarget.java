package io.drkit.restore;

import io.drkit.site.SiteRole;
import io.drkit.snapshot.Snapshot;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is to be put back.
 *
 * @param file the snapshot, on this machine; must not change meanwhile
 * @param snapshot its manifest, against which the file is compared
 * @param siteId the id of the site that it is put back on, as its store gives it while it answers; empty where it cannot be asked any more, and then
 *     nothing keeps another site's snapshot away
 * @param role that the site has now, and that a snapshot from before a change of roles must not take from it: a standby stays one, and a primary stays
 *     one of no earlier epoch. Where the site cannot be asked: that of a standby if another site is the primary; empty where nothing is known
 */
public record RestoreTarget(Path file, Snapshot snapshot, Optional<String> siteId, Optional<SiteRole> role) {}
