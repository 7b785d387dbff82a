/** What a TLS server shows of itself to whoever calls it. */
@NullMarked
package io.drkit.tls;

import org.jspecify.annotations.NullMarked;
