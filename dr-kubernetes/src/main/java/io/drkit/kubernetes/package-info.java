/** The Kubernetes API of a site, by fabric8: a connection to it, and quiescing workloads. */
@NullMarked
package io.drkit.kubernetes;

import org.jspecify.annotations.NullMarked;
