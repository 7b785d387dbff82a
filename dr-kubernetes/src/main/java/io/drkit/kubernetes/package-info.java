/** The Kubernetes API of a site, by fabric8: a connection to it, quiescing workloads, and what backends in the packages below build on. */
@NullMarked
package io.drkit.kubernetes;

import org.jspecify.annotations.NullMarked;
