/** The ciphers that values in etcd are encrypted with: the JDK's, and Bouncy Castle's where the JDK has none. */
@NullMarked
package io.drkit.etcd.encryption;

import org.jspecify.annotations.NullMarked;
