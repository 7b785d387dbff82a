/** What the commands share. */
@NullMarked
package io.drkit.examples.cli;

import org.jspecify.annotations.NullMarked;
