/** The steps that the reference runbooks are made of: each a small class on the public API of DrKit, idempotent, with a small record for the journal. */
@NullMarked
package io.drkit.examples.runbook.step;

import org.jspecify.annotations.NullMarked;
