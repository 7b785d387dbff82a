/** The whole story told on real servers, with every claim verified. */
@NullMarked
package io.drkit.examples.demo;

import org.jspecify.annotations.NullMarked;
