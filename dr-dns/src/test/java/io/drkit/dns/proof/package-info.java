@NullMarked
package io.drkit.dns.proof;

import org.jspecify.annotations.NullMarked;
