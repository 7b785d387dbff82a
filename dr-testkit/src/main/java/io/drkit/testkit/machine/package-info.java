/** Machines of their own on this one: network namespaces joined by a network that nobody else sees, so that a test's firewall closes what it says it closes. */
@NullMarked
package io.drkit.testkit.machine;

import org.jspecify.annotations.NullMarked;
