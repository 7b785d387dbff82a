/** The mirror's promises, each a story on real etcd servers. */
@NullMarked
package io.drkit.etcd.mirror;

import org.jspecify.annotations.NullMarked;
