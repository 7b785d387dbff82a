/**
 * Real etcd servers for tests: {@link io.drkit.testkit.etcd.EtcdServer}, found and run as processes on loopback, with their own throw-away
 * certificates. Not for production.
 */
@NullMarked
package io.drkit.testkit.etcd;

import org.jspecify.annotations.NullMarked;
