/**
 * The real mirror and checker in a world of seeded chance and virtual time: every history can be replayed, and every promise is checked at
 * every revision of the standby.
 */
@NullMarked
package io.drkit.simulation;

import org.jspecify.annotations.NullMarked;
