/** Objects as recorded from a real kube-apiserver, and what it might store. */
@NullMarked
package io.drkit.object;

import org.jspecify.annotations.NullMarked;
