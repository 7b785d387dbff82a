/**
 * Copying one store to another, continuously and without losing anything. {@link io.drkit.mirror.KeyMirror} says what is promised; {@link
 * io.drkit.mirror.DefaultKeyMirror} keeps it between any two {@link io.drkit.keystore.KeyStore}s.
 */
@NullMarked
package io.drkit.mirror;

import org.jspecify.annotations.NullMarked;
