/** One small class a command: a few calls of the library each. */
@NullMarked
package io.drkit.examples.command;

import org.jspecify.annotations.NullMarked;
