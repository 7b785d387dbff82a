/**
 * Snapshots of a site's store: taken, proved, kept, and found again. The second way to a standby, for sites without a constant link and for
 * going back in time. How they are put back is told in {@code io.drkit.restore}.
 */
@NullMarked
package io.drkit.snapshot;

import org.jspecify.annotations.NullMarked;
