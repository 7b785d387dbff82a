package io.drkit.volsync;

import static io.drkit.volsync.SiteView.isBound;
import static io.drkit.volsync.SiteView.isGoing;

import io.drkit.volsync.StandInNetwork.Listener;
import io.drkit.volsync.StandInNetwork.MoverFailure;
import io.drkit.volsync.resource.VolSync;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Plays what runs in the pods of VolSync's Jobs: a mover begins when its pod runs and its claim is bound, knows the key as it was then, goes on while the
 * operator is stopped, and ends when its pod does.
 */
final class StandInMovers {

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    /** One mover that runs: {@code work} is absent on a side that listens. */
    private record Running(
            Pod pod,
            String service,
            AtomicBoolean ended,
            @Nullable Future<?> work) {}

    private final StandInSite site;
    private final StandInNetwork network;
    private final ExecutorService transfers;
    private final Map<String, Running> running = new HashMap<>();
    private final Map<String, String> logs = new ConcurrentHashMap<>();

    StandInMovers(StandInSite site, StandInNetwork network, ExecutorService transfers) {
        this.site = site;
        this.network = network;
        this.transfers = transfers;
    }

    /** What the pods of a Job printed; kept after they ended. */
    String log(Job job) {
        return logs.getOrDefault(job.getMetadata().getUid(), "");
    }

    void tick(SiteView view) {
        Set<String> alive = view.pods().stream()
                .filter(pod -> !isGoing(pod))
                .map(pod -> pod.getMetadata().getUid())
                .collect(Collectors.toSet());
        running.values().removeIf(mover -> {
            boolean gone = !alive.contains(mover.pod().getMetadata().getUid());
            if (gone) {
                end(mover);
            }
            return gone;
        });
        for (Job job : view.jobs().values()) {
            if (isMover(job) && !isGoing(job) && !isDone(job) && !running.containsKey(uid(job))) {
                Pod pod = view.podOf(job);
                if (pod != null && !SiteView.isFinished(pod)) {
                    site.attempt(() -> begin(view, job, pod));
                }
            }
        }
    }

    /** As when the nodes lose their power. */
    void endAll() {
        running.values().forEach(this::end);
        running.clear();
    }

    private void end(Running mover) {
        mover.ended().set(true);
        network.hush(site, mover.service());
    }

    private void begin(SiteView view, Job job, Pod pod) {
        PersistentVolumeClaim claim = view.claims().get(SiteView.mounts(pod).get(0));
        String psk = psk(pod.getSpec());
        if (claim == null || !isBound(claim) || psk == null) {
            return;
        }
        Path folder = site.folders().folder(claim.getMetadata().getUid());
        String name = job.getMetadata().getName();
        AtomicBoolean ended = new AtomicBoolean();
        String address = env(pod.getSpec(), "DESTINATION_ADDRESS");
        if (address == null) {
            Running mover = new Running(pod, name, ended, null);
            running.put(uid(job), mover);
            network.listen(
                    new Listener(site, name, psk, folder, () -> finish(job, pod, true, ""), new AtomicBoolean()));
            return;
        }
        String port = env(pod.getSpec(), "DESTINATION_PORT");
        int to = port == null ? VolSync.PORT : Integer.parseInt(port);
        Future<?> work = transfers.submit(() -> {
            try {
                String log = network.push(site, address, to, psk, folder, () -> ended.get() || site.isDown());
                finish(job, pod, true, log);
            } catch (MoverFailure e) {
                if (!ended.get() && !site.isDown()) {
                    finish(job, pod, false, e.log());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        running.put(uid(job), new Running(pod, name, ended, work));
    }

    private void finish(Job job, Pod pod, boolean success, String log) {
        logs.put(uid(job), log);
        KubernetesClient client = site.own();
        try {
            client.resource(pod)
                    .subresource("status")
                    .patch(MERGE, "{\"status\":{\"phase\":\"" + (success ? "Succeeded" : "Failed") + "\"}}");
            client.resource(job)
                    .subresource("status")
                    .patch(MERGE, "{\"status\":{\"" + (success ? "succeeded\":1" : "failed\":2") + "}}");
        } catch (KubernetesClientException e) {
            if (e.getCode() != 404) {
                throw e;
            }
        }
    }

    private @Nullable String psk(PodSpec spec) {
        for (Volume volume : spec.getVolumes()) {
            if (volume.getSecret() != null) {
                Secret secret = site.own()
                        .secrets()
                        .inNamespace(site.namespaceName())
                        .withName(volume.getSecret().getSecretName())
                        .get();
                return secret == null ? null : key(secret);
            }
        }
        return null;
    }

    static @Nullable String key(Secret secret) {
        // The mock server keeps stringData as it is, where a real one makes data of it.
        Map<String, String> plain = secret.getStringData();
        if (plain != null && plain.get("psk.txt") != null) {
            return plain.get("psk.txt");
        }
        String data = secret.getData() == null ? null : secret.getData().get("psk.txt");
        return data == null ? null : new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8).strip();
    }

    private static @Nullable String env(PodSpec spec, String name) {
        return spec.getContainers().get(0).getEnv().stream()
                .filter(variable -> variable.getName().equals(name))
                .map(EnvVar::getValue)
                .findFirst()
                .orElse(null);
    }

    private static boolean isMover(Job job) {
        return "volsync".equals(SiteView.label(job, MoverJob.CREATED_BY));
    }

    static boolean isDone(Job job) {
        return hasSucceeded(job) || hasFailed(job);
    }

    static boolean hasSucceeded(Job job) {
        return job.getStatus() != null
                && job.getStatus().getSucceeded() != null
                && job.getStatus().getSucceeded() > 0;
    }

    static boolean hasFailed(Job job) {
        return job.getStatus() != null
                && job.getStatus().getFailed() != null
                && job.getStatus().getFailed() > 1;
    }

    private static String uid(Job job) {
        return job.getMetadata().getUid();
    }
}
