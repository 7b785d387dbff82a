/** Tests of the key store on etcd, all on real etcd servers. */
@NullMarked
package io.drkit.etcd;

import org.jspecify.annotations.NullMarked;
