@NullMarked
package io.drkit.kubernetes.artifact;

import org.jspecify.annotations.NullMarked;
