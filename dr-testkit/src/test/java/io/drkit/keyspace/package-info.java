/** Keys and scopes, on what real kube-apiservers stored. */
@NullMarked
package io.drkit.keyspace;

import org.jspecify.annotations.NullMarked;
