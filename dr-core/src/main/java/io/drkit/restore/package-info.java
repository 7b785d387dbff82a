/**
 * Puts a snapshot back on the control-plane nodes of a site, in place or on a standby whose hosts answer to the names: {@link
 * io.drkit.restore.SnapshotRestore} plans, prepares on every node, swaps, and takes everything back when something goes wrong before the restored
 * data is served.
 */
@NullMarked
package io.drkit.restore;

import org.jspecify.annotations.NullMarked;
