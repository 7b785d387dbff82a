/** What runbooks are about: two sites, and what belongs to them as far as it is configured. Values that connect to nothing until they are asked. */
@NullMarked
package io.drkit.examples.runbook.platform;

import org.jspecify.annotations.NullMarked;
