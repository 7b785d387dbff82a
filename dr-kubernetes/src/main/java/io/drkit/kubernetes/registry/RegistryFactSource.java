package io.drkit.kubernetes.registry;

import io.drkit.comparison.Fact;
import io.drkit.comparison.FactSource;
import io.drkit.comparison.SiteFacts;
import java.util.List;

/** What a site's registry says of the images that run at the other site. */
public final class RegistryFactSource implements FactSource {

    private final Registry registry;
    private final Fact<List<String>> images;

    /** @param images that run at the other site */
    public RegistryFactSource(Registry registry, Fact<List<String>> images) {
        this.registry = registry;
        this.images = images;
    }

    @Override
    public void contribute(SiteFacts.Builder facts) {
        facts.registry(images.map(registry::look));
    }
}
