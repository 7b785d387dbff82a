/** What a store's client can do at most, with nothing of a mirror or a checker around it: the limits that the benchmarks measure against. */
@NullMarked
package io.drkit.examples.bench.raw;

import org.jspecify.annotations.NullMarked;
