/** Encryption at rest on real etcd servers. */
@NullMarked
package io.drkit.etcd.encryption;

import org.jspecify.annotations.NullMarked;
