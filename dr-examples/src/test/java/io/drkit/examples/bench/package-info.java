/** Tests of the benchmarks: that they measure, not what. */
@NullMarked
package io.drkit.examples.bench;

import org.jspecify.annotations.NullMarked;
