/** The command line and the demo, against real servers. */
@NullMarked
package io.drkit.examples;

import org.jspecify.annotations.NullMarked;
