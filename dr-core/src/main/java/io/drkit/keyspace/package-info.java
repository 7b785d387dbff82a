/** What of a store's keys DrKit works on ({@link io.drkit.keyspace.MirrorScope}), and where its own keys live. */
@NullMarked
package io.drkit.keyspace;

import org.jspecify.annotations.NullMarked;
