/** Values that were set aside on a site before they were overwritten or deleted there. */
@NullMarked
package io.drkit.quarantine;

import org.jspecify.annotations.NullMarked;
