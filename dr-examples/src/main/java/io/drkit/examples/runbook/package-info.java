/** The reference runbooks, each a page: which steps, in which order, and from where on nothing is undone. Copy one, and make it yours. */
@NullMarked
package io.drkit.examples.runbook;

import org.jspecify.annotations.NullMarked;
