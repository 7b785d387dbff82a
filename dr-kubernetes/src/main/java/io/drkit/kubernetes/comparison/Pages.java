package io.drkit.kubernetes.comparison;

import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Listable;
import java.util.function.Consumer;

/** Lists in pages, of which one at a time is in memory, however many objects a site has. */
final class Pages {

    static final long PAGE = 250;

    private static final int ATTEMPTS = 3;

    private Pages() {}

    /**
     * Hands every object to {@code each}; one may come twice, when the list expired in the midst and is begun anew (the API server keeps what a list goes
     * on from for as long as etcd is not compacted, five minutes by default).
     *
     * @param resource plural and, after a dot, the API group
     */
    static <T extends HasMetadata> void each(
            SiteApi api, String resource, Listable<? extends KubernetesResourceList<T>> listable, Consumer<T> each) {
        api.ask("list", resource, () -> {
            for (int attempt = 1; ; attempt++) {
                try {
                    walk(listable, each);
                    return true;
                } catch (KubernetesClientException e) {
                    if (e.getCode() != 410 || attempt == ATTEMPTS) {
                        throw e;
                    }
                }
            }
        });
    }

    private static <T extends HasMetadata> void walk(
            Listable<? extends KubernetesResourceList<T>> listable, Consumer<T> each) {
        String next = null;
        do {
            KubernetesResourceList<T> page = listable.list(
                    new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build());
            page.getItems().forEach(each);
            next = page.getMetadata() == null ? null : page.getMetadata().getContinue();
        } while (next != null && !next.isEmpty());
    }
}
