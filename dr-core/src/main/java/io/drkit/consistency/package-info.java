/** Proving that a standby holds what its primary holds, and putting right what differs. */
@NullMarked
package io.drkit.consistency;

import org.jspecify.annotations.NullMarked;
