/** The mirror between real servers, to a standby whose control plane is alive: all that a platform's standby has to bear. */
@NullMarked
package io.drkit.etcd.mirror.live;

import org.jspecify.annotations.NullMarked;
