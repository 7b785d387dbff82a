/** Kubernetes objects as etcd holds them: what of one is desired state, who owns it, and the few fields that decide where it belongs. */
@NullMarked
package io.drkit.object;

import org.jspecify.annotations.NullMarked;
