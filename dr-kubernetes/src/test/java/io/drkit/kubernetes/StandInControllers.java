package io.drkit.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.ReplicationController;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Plays the controllers and the kubelet of a cluster that has none, fabric8's CRUD mock server: pods come when replicas are asked for, and go when they
 * are not, after they were terminating for a while. A Deployment's annotations are copied to its ReplicaSet, as the real controller does. Never for a
 * real cluster. One thread, until the JVM ends, which looks only when something was written.
 */
final class StandInControllers implements Runnable {

    /** A mock server that tells of each write. */
    static final class Server extends KubernetesCrudDispatcher {

        private final Semaphore written = new Semaphore(0);
        private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
        private final AtomicLong begun = new AtomicLong();
        private final AtomicLong ended = new AtomicLong();

        /** Others that play a part here, and are told the path of each write too, by the server's thread. */
        List<Consumer<String>> listeners() {
            return listeners;
        }

        /** How many writes there were; -1 while there is one. */
        long writes() {
            long done = ended.get();
            return begun.get() == done ? done : -1;
        }

        @Override
        public MockResponse dispatch(RecordedRequest request) {
            if (request.getMethod().equals("GET")) {
                return super.dispatch(request);
            }
            begun.incrementAndGet();
            try {
                MockResponse response = super.dispatch(request);
                if (OF_THESE.matcher(request.getPath()).find()) {
                    written.release();
                }
                listeners.forEach(listener -> listener.accept(request.getPath()));
                return response;
            } finally {
                ended.incrementAndGet();
            }
        }
    }

    /** Where all pods run. */
    private static final String NODE = "stand-in-node";

    /** Holds a pod that is being deleted, as the kubelet does, until its containers have ended. */
    private static final String KUBELET = "drkit.io/stand-in-kubelet";

    /** Writes of other kinds are nothing to look for; looking costs more than all else that a test does. */
    private static final Pattern OF_THESE =
            Pattern.compile("/(deployments|replicasets|replicationcontrollers|statefulsets|daemonsets|jobs|pods)\\b");

    private static final long TICK_MILLIS = 20;
    private static final long USUAL_END_MILLIS = 80;

    private final KubernetesClient client;
    private final Map<String, Long> endings = new HashMap<>();
    private final Map<String, String> told = new HashMap<>();
    private int made;

    private final Server server;
    private long nextEnd = Long.MAX_VALUE;

    private StandInControllers(Server server, KubernetesClient client) {
        this.server = server;
        this.client = client;
    }

    /** @param client one of the server's, for these alone */
    static void start(Server server, KubernetesClient client) {
        Thread thread = new Thread(new StandInControllers(server, client), "stand-in controllers");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        while (true) {
            try {
                Thread.sleep(TICK_MILLIS);
                long left = nextEnd == Long.MAX_VALUE ? Long.MAX_VALUE : nextEnd - System.nanoTime();
                server.written.tryAcquire(left, TimeUnit.NANOSECONDS);
                server.written.drainPermits();
                nextEnd = Long.MAX_VALUE;
                tick();
            } catch (KubernetesClientException e) {
                server.written.release();
                if (e.getCode() != 404 && e.getCode() != 409) {
                    System.err.println("Stand-in controllers: " + e.getMessage());
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void tick() {
        List<Deployment> deployments =
                client.apps().deployments().inAnyNamespace().list().getItems();
        List<ReplicaSet> replicaSets =
                client.apps().replicaSets().inAnyNamespace().list().getItems();
        Map<String, ReplicaSet> byName =
                replicaSets.stream().collect(Collectors.toMap(StandInControllers::key, set -> set));
        List<Pod> pods = client.pods().inAnyNamespace().list().getItems();
        Map<String, List<Pod>> byOwner = pods.stream()
                .filter(pod -> Mounts.controller(pod.getMetadata()) != null)
                .collect(Collectors.groupingBy(pod -> Objects.requireNonNull(Mounts.controller(pod.getMetadata()))
                        .getUid()));
        deployments.forEach(deployment -> deploy(deployment, byName.get(key(deployment) + "-1")));
        for (ReplicaSet set : replicaSets) {
            replicate(set, set.getSpec().getReplicas(), set.getSpec().getTemplate(), byOwner);
        }
        for (ReplicationController rc :
                client.replicationControllers().inAnyNamespace().list().getItems()) {
            replicate(rc, rc.getSpec().getReplicas(), rc.getSpec().getTemplate(), byOwner);
        }
        for (StatefulSet set :
                client.apps().statefulSets().inAnyNamespace().list().getItems()) {
            replicate(set, set.getSpec().getReplicas(), set.getSpec().getTemplate(), byOwner);
        }
        client.apps()
                .daemonSets()
                .inAnyNamespace()
                .list()
                .getItems()
                .forEach(set -> replicate(set, 1, set.getSpec().getTemplate(), byOwner));
        client.batch()
                .v1()
                .jobs()
                .inAnyNamespace()
                .list()
                .getItems()
                .forEach(job -> replicate(
                        job,
                        Objects.equals(job.getSpec().getParallelism(), 0) ? 0 : 1,
                        job.getSpec().getTemplate(),
                        byOwner));
        pods.forEach(this::end);
    }

    private void deploy(Deployment deployment, @Nullable ReplicaSet set) {
        int replicas = deployment.getSpec().getReplicas();
        if (set == null) {
            client.resource(new ReplicaSetBuilder()
                            .withNewMetadata()
                            .withName(deployment.getMetadata().getName() + "-1")
                            .withNamespace(deployment.getMetadata().getNamespace())
                            .withAnnotations(deployment.getMetadata().getAnnotations())
                            .withOwnerReferences(owner(deployment))
                            .endMetadata()
                            .withNewSpec()
                            .withReplicas(replicas)
                            .withSelector(deployment.getSpec().getSelector())
                            .withTemplate(deployment.getSpec().getTemplate())
                            .endSpec()
                            .build())
                    .create();
            return;
        }
        if (set.getSpec().getReplicas() != replicas) {
            ReplicaSet scaled = new ReplicaSetBuilder(set)
                    .editMetadata()
                    .addToAnnotations(deployment.getMetadata().getAnnotations())
                    .endMetadata()
                    .editSpec()
                    .withReplicas(replicas)
                    .endSpec()
                    .build();
            client.resource(scaled).update();
            return;
        }
        Integer present = set.getStatus() == null ? null : set.getStatus().getReplicas();
        tell(deployment, present == null ? 0 : present);
    }

    private void replicate(HasMetadata owner, int replicas, PodTemplateSpec template, Map<String, List<Pod>> byOwner) {
        List<Pod> alive = byOwner.getOrDefault(owner.getMetadata().getUid(), List.of()).stream()
                .filter(pod -> !Mounts.isTerminating(pod.getMetadata()))
                .sorted(Comparator.comparing(StandInControllers::key))
                .toList();
        for (int i = alive.size(); i < replicas; i++) {
            create(owner, template, i);
        }
        alive.stream().skip(replicas).forEach(pod -> client.resource(pod).delete());
        if (!owner.getKind().equals("DaemonSet") && !owner.getKind().equals("Job")) {
            tell(owner, Math.min(alive.size(), replicas));
        }
    }

    private void create(HasMetadata owner, PodTemplateSpec template, int ordinal) {
        String namespace = owner.getMetadata().getNamespace();
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(owner.getMetadata().getName() + "-" + (owner instanceof StatefulSet ? ordinal : "p" + made++))
                .withLabels(template.getMetadata().getLabels())
                .withFinalizers(KUBELET)
                .withOwnerReferences(owner(owner))
                .endMetadata()
                .withSpec(new PodSpecBuilder(template.getSpec())
                        .withNodeName(NODE)
                        .build())
                .withNewStatus()
                .withPhase("Running")
                .endStatus();
        if (owner instanceof StatefulSet set) {
            set.getSpec().getVolumeClaimTemplates().forEach(claim -> {
                String name =
                        claim.getMetadata().getName() + "-" + set.getMetadata().getName() + "-" + ordinal;
                if (client.persistentVolumeClaims()
                                .inNamespace(namespace)
                                .withName(name)
                                .get()
                        == null) {
                    client.resource(new PersistentVolumeClaimBuilder()
                                    .withNewMetadata()
                                    .withName(name)
                                    .withNamespace(namespace)
                                    .endMetadata()
                                    .withSpec(claim.getSpec())
                                    .build())
                            .create();
                }
                pod.editSpec()
                        .addNewVolume()
                        .withName(claim.getMetadata().getName())
                        .withNewPersistentVolumeClaim(name, false)
                        .endVolume()
                        .endSpec();
            });
        }
        client.resource(pod.build()).create();
    }

    private void end(Pod pod) {
        if (!Mounts.isTerminating(pod.getMetadata())) {
            return;
        }
        long since = endings.computeIfAbsent(pod.getMetadata().getUid(), uid -> System.nanoTime());
        Long grace = pod.getSpec().getTerminationGracePeriodSeconds();
        long needed = grace == null || grace <= 1 ? USUAL_END_MILLIS : TimeUnit.SECONDS.toMillis(grace);
        long end = since + TimeUnit.MILLISECONDS.toNanos(needed);
        if (System.nanoTime() - end < 0) {
            nextEnd = Math.min(nextEnd, end);
            return;
        }
        client.resource(new PodBuilder(pod)
                        .editMetadata()
                        .withFinalizers()
                        .endMetadata()
                        .build())
                .update();
        endings.remove(pod.getMetadata().getUid());
    }

    private void tell(HasMetadata object, int replicas) {
        String status = "{\"replicas\":" + replicas + ",\"observedGeneration\":"
                + object.getMetadata().getGeneration() + "}";
        if (!status.equals(told.put(object.getMetadata().getUid(), status))) {
            client.resource(object)
                    .subresource("status")
                    .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"status\":" + status + "}");
        }
    }

    private static OwnerReference owner(HasMetadata object) {
        return new OwnerReferenceBuilder()
                .withApiVersion(object.getApiVersion())
                .withKind(object.getKind())
                .withName(object.getMetadata().getName())
                .withUid(object.getMetadata().getUid())
                .withController(true)
                .build();
    }

    private static String key(HasMetadata object) {
        return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    }
}
