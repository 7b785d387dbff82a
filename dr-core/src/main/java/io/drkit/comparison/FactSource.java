package io.drkit.comparison;

import io.drkit.SiteUnreachableException;

/**
 * Where facts about a site come from: its Kubernetes API, its nodes, its registry. Looking changes nothing. A source adds what it knows, and for what it
 * could not find out an unknown {@link Fact} with the reason: see {@link Fact#look}.
 */
public interface FactSource {

    /**
     * Adds what it knows.
     *
     * @throws SiteUnreachableException when it knows nothing at all, for that reason
     */
    void contribute(SiteFacts.Builder facts);
}
