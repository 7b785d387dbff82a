/**
 * The root of DrKit: the exceptions every part of it throws. Each capability has a package of its own below this one.
 */
@NullMarked
package io.drkit;

import org.jspecify.annotations.NullMarked;
