/** Tests of certificates from a node, on real etcd and openssl. */
@NullMarked
package io.drkit.etcd.certificate;

import org.jspecify.annotations.NullMarked;
