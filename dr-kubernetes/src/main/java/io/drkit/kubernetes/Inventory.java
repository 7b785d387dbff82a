package io.drkit.kubernetes;

import io.drkit.workload.WorkloadKind;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.autoscaling.v1.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is in a namespace that can mount a claim, as it was read: pods first, so that whatever made one of them is found too unless it was deleted
 * since.
 */
final class Inventory {

    private static final Set<String> KINDS = Stream.concat(
                    Stream.of("apps/DaemonSet", "batch/Job"),
                    Arrays.stream(WorkloadKind.values()).map(kind -> group(kind) + "/" + kind.kind()))
            .collect(Collectors.toUnmodifiableSet());

    private final List<Pod> pods;
    private final Map<String, LiveWorkload> workloads = new HashMap<>();
    private final Map<String, DaemonSet> daemonSets = new HashMap<>();
    private final Map<String, Job> jobs = new HashMap<>();
    private final List<HorizontalPodAutoscaler> autoscalers;

    private Inventory(SiteApi api, String namespace) {
        KubernetesClient client = api.client();
        pods = api.list("pods", namespace, client.pods().inNamespace(namespace));
        addWorkloads(api, namespace);
        api.list("daemonsets.apps", namespace, client.apps().daemonSets().inNamespace(namespace))
                .forEach(set -> daemonSets.put(
                        key("apps", "DaemonSet", set.getMetadata().getName()), set));
        api.list("jobs.batch", namespace, client.batch().v1().jobs().inNamespace(namespace))
                .forEach(job -> jobs.put(key("batch", "Job", job.getMetadata().getName()), job));
        autoscalers = api.list(
                "horizontalpodautoscalers.autoscaling",
                namespace,
                client.autoscaling().v1().horizontalPodAutoscalers().inNamespace(namespace));
    }

    static Inventory of(SiteApi api, String namespace) {
        return new Inventory(api, namespace);
    }

    /** Only the workloads, for resuming. */
    static List<LiveWorkload> workloads(SiteApi api, String namespace) {
        KubernetesClient client = api.client();
        List<HasMetadata> all = new ArrayList<>();
        all.addAll(api.list(
                "cronjobs.batch", namespace, client.batch().v1().cronjobs().inNamespace(namespace)));
        all.addAll(api.list(
                "deployments.apps", namespace, client.apps().deployments().inNamespace(namespace)));
        all.addAll(api.list(
                "statefulsets.apps", namespace, client.apps().statefulSets().inNamespace(namespace)));
        all.addAll(api.list(
                "replicasets.apps", namespace, client.apps().replicaSets().inNamespace(namespace)));
        all.addAll(api.list(
                "replicationcontrollers",
                namespace,
                client.replicationControllers().inNamespace(namespace)));
        return all.stream().map(LiveWorkload::of).toList();
    }

    private void addWorkloads(SiteApi api, String namespace) {
        for (LiveWorkload workload : workloads(api, namespace)) {
            workloads.put(key(group(workload.kind()), workload.kind().kind(), workload.name()), workload);
        }
    }

    List<Pod> pods() {
        return pods;
    }

    Collection<LiveWorkload> workloads() {
        return workloads.values();
    }

    Collection<DaemonSet> daemonSets() {
        return daemonSets.values();
    }

    Collection<Job> jobs() {
        return jobs.values();
    }

    List<HorizontalPodAutoscaler> autoscalers() {
        return autoscalers;
    }

    /** The workload that an owner is; null for one of another kind, and for one that is gone. */
    @Nullable LiveWorkload workload(OwnerReference owner) {
        return workloads.get(key(owner));
    }

    @Nullable DaemonSet daemonSet(OwnerReference owner) {
        return daemonSets.get(key(owner));
    }

    @Nullable Job job(OwnerReference owner) {
        return jobs.get(key(owner));
    }

    /** Whether an owner is of a kind that was read and is not there: what it owns is about to be garbage-collected. */
    boolean isGone(OwnerReference owner) {
        String key = key(owner);
        return KINDS.contains(key.substring(0, key.lastIndexOf('/')))
                && !workloads.containsKey(key)
                && !daemonSets.containsKey(key)
                && !jobs.containsKey(key);
    }

    private static String group(WorkloadKind kind) {
        return kind.resource().contains(".")
                ? kind.resource().substring(kind.resource().indexOf('.') + 1)
                : "";
    }

    /** With its API group, for others have a StatefulSet or a Job too. */
    private static String key(OwnerReference owner) {
        String version = owner.getApiVersion();
        return key(
                version.contains("/") ? version.substring(0, version.indexOf('/')) : "",
                owner.getKind(),
                owner.getName());
    }

    private static String key(String group, String kind, String name) {
        return group + "/" + kind + "/" + name;
    }
}
