/** Snapshots of etcd: what their files say, how they are proved by a real etcd, and how one becomes a standby's. */
@NullMarked
package io.drkit.etcd.snapshot;

import org.jspecify.annotations.NullMarked;
