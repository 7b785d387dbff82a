/**
 * Application volumes: {@link io.drkit.volume.PvcReplicator} is what a vendor does for one claim between two sites, and {@link
 * io.drkit.volume.PvcSwitchover} moves applications with many claims by it. The terms (claim, planned migration, failover, failback, recovery point,
 * RPO, RTO) are the field's.
 */
@NullMarked
package io.drkit.volume;

import org.jspecify.annotations.NullMarked;
