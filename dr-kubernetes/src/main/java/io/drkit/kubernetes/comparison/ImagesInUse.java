package io.drkit.kubernetes.comparison;

import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Listable;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The images that a site runs or would run: those of its pods, and of workloads that rest at zero or wait for their hour. Only their names are kept. */
final class ImagesInUse {

    private final SiteApi api;
    private final Set<String> images = new TreeSet<>();

    private ImagesInUse(SiteApi api) {
        this.api = api;
    }

    static List<String> of(SiteApi api) {
        KubernetesClient client = api.client();
        ImagesInUse all = new ImagesInUse(api);
        all.add("pods", client.pods().inAnyNamespace(), pod -> pod.getSpec());
        all.add(
                "deployments.apps",
                client.apps().deployments().inAnyNamespace(),
                set -> set.getSpec().getTemplate().getSpec());
        all.add(
                "statefulsets.apps",
                client.apps().statefulSets().inAnyNamespace(),
                set -> set.getSpec().getTemplate().getSpec());
        all.add(
                "daemonsets.apps",
                client.apps().daemonSets().inAnyNamespace(),
                set -> set.getSpec().getTemplate().getSpec());
        all.add(
                "cronjobs.batch",
                client.batch().v1().cronjobs().inAnyNamespace(),
                job -> job.getSpec().getJobTemplate().getSpec().getTemplate().getSpec());
        return List.copyOf(all.images);
    }

    private <T extends HasMetadata> void add(
            String resource,
            Listable<? extends KubernetesResourceList<T>> listable,
            Function<T, @Nullable PodSpec> pods) {
        Pages.each(api, resource, listable, object -> {
            PodSpec spec = pods.apply(object);
            if (spec != null) {
                add(spec.getInitContainers());
                add(spec.getContainers());
            }
        });
    }

    private void add(@Nullable List<Container> containers) {
        if (containers != null) {
            containers.stream()
                    .map(Container::getImage)
                    .filter(image -> image != null && !image.isBlank())
                    .forEach(images::add);
        }
    }
}
