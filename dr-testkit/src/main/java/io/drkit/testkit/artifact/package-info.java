/** What {@link io.drkit.artifact.Artifacts} is tested with. */
@NullMarked
package io.drkit.testkit.artifact;

import org.jspecify.annotations.NullMarked;
