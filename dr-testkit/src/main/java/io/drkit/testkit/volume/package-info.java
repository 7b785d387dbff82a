/** What a {@link io.drkit.volume.PvcReplicator} is tested with. */
@NullMarked
package io.drkit.testkit.volume;

import org.jspecify.annotations.NullMarked;
