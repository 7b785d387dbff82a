/** Tests of files on this machine. */
@NullMarked
package io.drkit.file;

import org.jspecify.annotations.NullMarked;
