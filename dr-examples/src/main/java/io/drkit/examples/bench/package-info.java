/**
 * {@code script/bench}: measures the library on real servers, beside etcd's own mirror and beside the raw limits of {@code raw}, all in one run,
 * for only what was measured side by side can be compared. One class a case.
 */
@NullMarked
package io.drkit.examples.bench;

import org.jspecify.annotations.NullMarked;
