/** Container registries, by their HTTP API v2: whether they have images. */
@NullMarked
package io.drkit.kubernetes.registry;

import org.jspecify.annotations.NullMarked;
