/**
 * {@link io.drkit.keystore.KeyStore}: all that DrKit asks of a revisioned key-value store, and all that a store vendor implements. The
 * terms (revision, version, compaction, lease) are etcd's.
 */
@NullMarked
package io.drkit.keystore;

import org.jspecify.annotations.NullMarked;
