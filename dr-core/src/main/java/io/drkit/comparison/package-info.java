/**
 * Whether two sites are alike enough for a failover to work: {@link io.drkit.comparison.SiteFacts} are gathered at each by {@link
 * io.drkit.comparison.FactSource}s, {@link io.drkit.comparison.SiteComparison} says what differs, what that would break and what to do.
 */
@NullMarked
package io.drkit.comparison;

import org.jspecify.annotations.NullMarked;
