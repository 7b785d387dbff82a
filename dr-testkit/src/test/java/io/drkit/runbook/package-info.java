/** How a runbook goes on, and back, after every fault at every step. */
@NullMarked
package io.drkit.runbook;

import org.jspecify.annotations.NullMarked;
