/** The living standby on its own: that it bites, and what it spares. */
@NullMarked
package io.drkit.testkit.kube;

import org.jspecify.annotations.NullMarked;
