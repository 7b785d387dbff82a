@NullMarked
package io.drkit.restore;

import org.jspecify.annotations.NullMarked;
