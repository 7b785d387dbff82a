/** Who a site is and what part it plays, as recorded in its own store: identity, role, epoch. */
@NullMarked
package io.drkit.site;

import org.jspecify.annotations.NullMarked;
