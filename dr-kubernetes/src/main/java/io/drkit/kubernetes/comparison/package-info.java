/** What a site's Kubernetes API knows for a comparison of two sites. */
@NullMarked
package io.drkit.kubernetes.comparison;

import org.jspecify.annotations.NullMarked;
