/** Tests of the etcd fixture. */
@NullMarked
package io.drkit.testkit.etcd;

import org.jspecify.annotations.NullMarked;
