/**
 * {@link io.drkit.volume.PvcReplicator} with VolSync, by rsync over TLS. {@link io.drkit.volsync.VolSyncPvcReplicator} is the way in; each other file
 * handles one thing that it makes or reads: sender, receiver, shared key, address, snapshots, record.
 *
 * <p>What is said here of VolSync's ways was read in its sources (controllers/statemachine, controllers/mover/rsynctls, controllers/volumehandler,
 * controllers/utils of backube/volsync).
 */
@NullMarked
package io.drkit.volsync;

import org.jspecify.annotations.NullMarked;
