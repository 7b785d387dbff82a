/**
 * Encryption at rest as kube-apiserver does it: its configuration, what a configuration makes of stored values, and how the values of two
 * sites become readable at both. The ciphers themselves are behind {@link io.drkit.encryption.ValueCipher}.
 */
@NullMarked
package io.drkit.encryption;

import org.jspecify.annotations.NullMarked;
