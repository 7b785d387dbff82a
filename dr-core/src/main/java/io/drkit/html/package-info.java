/** Reports as pages for a browser: what all of them have in common. */
@NullMarked
package io.drkit.html;

import org.jspecify.annotations.NullMarked;
