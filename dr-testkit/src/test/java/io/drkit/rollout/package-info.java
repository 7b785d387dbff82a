/** How a rollout goes on, and back, after every fault at every step. */
@NullMarked
package io.drkit.rollout;

import org.jspecify.annotations.NullMarked;
