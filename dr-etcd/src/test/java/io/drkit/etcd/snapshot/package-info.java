/** Snapshots on real etcd servers. */
@NullMarked
package io.drkit.etcd.snapshot;

import org.jspecify.annotations.NullMarked;
