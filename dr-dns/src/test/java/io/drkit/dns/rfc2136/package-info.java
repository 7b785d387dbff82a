@NullMarked
package io.drkit.dns.rfc2136;

import org.jspecify.annotations.NullMarked;
