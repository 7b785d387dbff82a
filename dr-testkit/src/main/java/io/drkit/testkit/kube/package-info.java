/**
 * A standby whose control plane is alive, as hostile as real ones are: a garbage collector, controllers that derive objects, writers of status, an
 * operator, and noise, each on any {@link io.drkit.keystore.KeyStore} and in a thread of its own. What reads and writes objects here is not what
 * DrKit itself does it with, so that the two do not share an error.
 */
@NullMarked
package io.drkit.testkit.kube;

import org.jspecify.annotations.NullMarked;
