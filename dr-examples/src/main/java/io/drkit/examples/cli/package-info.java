/** What the commands share: options, output, exit codes. */
@NullMarked
package io.drkit.examples.cli;

import org.jspecify.annotations.NullMarked;
