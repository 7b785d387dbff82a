/** Objects as portable YAML, by the API server: found by discovery, cleaned of what one cluster gave them, and applied in the order in which they need each other. */
@NullMarked
package io.drkit.kubernetes.artifact;

import org.jspecify.annotations.NullMarked;
