/**
 * {@link io.drkit.etcd.EtcdKeyStore}: a key store on etcd 3.4 or newer.
 *
 * <p>Of jetcd this uses the generated gRPC stubs, not the client above them. That client's watch resumes by itself and can lose events doing so,
 * it has no flow control and no fragments, its writes wait without end for a server that is down, and it repeats and hides errors; a mirror
 * needs each of these otherwise. On the bare stubs every call has a deadline, a write is sent at most once, a watch is pulled by its reader and
 * ends when its stream does, and what cannot be reached is {@linkplain io.drkit.etcd.Diagnosis looked into} until it can be said in a sentence.
 *
 * <p>Each endpoint has a connection of its own, so that it is known which one failed and whether anything was sent; and so has each watch, for a
 * watch whose reader pauses would fill the window that the calls beside it share.
 */
@NullMarked
package io.drkit.etcd;

import org.jspecify.annotations.NullMarked;
