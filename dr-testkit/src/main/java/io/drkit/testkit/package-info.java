/**
 * What a {@link io.drkit.keystore.KeyStore} and everything built on one is tested with: the contract every store must pass, a store in memory,
 * faults on demand, and a link that can be cut.
 */
@NullMarked
package io.drkit.testkit;

import org.jspecify.annotations.NullMarked;
