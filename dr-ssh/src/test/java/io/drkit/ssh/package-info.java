@NullMarked
package io.drkit.ssh;

import org.jspecify.annotations.NullMarked;
