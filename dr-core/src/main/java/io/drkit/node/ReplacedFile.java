package io.drkit.node;

import java.util.Optional;

/**
 * What became of a file that was to be replaced; it has the content now.
 *
 * @param path where it really lies, links followed
 * @param changed false when it had the content already and stayed as it was
 * @param sha256 of the content, in hexadecimal
 * @param backup where the old file lies, with its mode and owner; empty when there was none or it stayed
 */
public record ReplacedFile(String path, boolean changed, String sha256, Optional<String> backup) {}
