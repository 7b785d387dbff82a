/** {@link io.drkit.artifact.Artifacts}: the objects of a site's namespaces as YAML that people read and edit, and their way into another site. */
@NullMarked
package io.drkit.artifact;

import org.jspecify.annotations.NullMarked;
