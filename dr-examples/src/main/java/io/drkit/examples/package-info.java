/**
 * Runnable programs over the library: {@link io.drkit.examples.DrKit}, the {@code drkit} command line. {@code command} holds one small class a
 * command, to be read as the reference for embedding; {@code cli} what they share; {@code demo} the whole story on real servers; {@code bench} how fast it all is.
 */
@NullMarked
package io.drkit.examples;

import org.jspecify.annotations.NullMarked;
