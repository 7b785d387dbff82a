/** What a {@link io.drkit.workload.WorkloadQuiescer} must do, and how its tests see the cluster. */
@NullMarked
package io.drkit.testkit.workload;

import org.jspecify.annotations.NullMarked;
