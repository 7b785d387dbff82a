/**
 * {@link io.drkit.workload.WorkloadQuiescer}: stops what writes to volumes before their final sync, and starts it again. The terms (workload, claim,
 * replica, controller, owner) are those of the Kubernetes documentation.
 */
@NullMarked
package io.drkit.workload;

import org.jspecify.annotations.NullMarked;
