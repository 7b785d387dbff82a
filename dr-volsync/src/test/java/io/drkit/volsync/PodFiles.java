package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The files of a claim of a real cluster, by a pod that mounts it for as long as one call takes: nobody may mount what replication writes to. */
final class PodFiles implements ClaimFiles {

    private static final String IMAGE = "busybox:stable";
    private static final long PATIENCE_SECONDS = 180;

    private final KubernetesClient client;
    private final String namespace;
    private final String claim;

    PodFiles(KubernetesClient client, String namespace, String claim) {
        this.client = client;
        this.namespace = namespace;
        this.claim = claim;
    }

    /** One line a file: its path, a tab, and its content in Base64. */
    @Override
    public SortedMap<String, String> read() {
        SortedMap<String, String> files = new TreeMap<>();
        String listing = run("cd /data && find . -type f ! -path './lost+found/*' | while read f; do "
                + "printf '%s\\t%s\\n' \"$f\" \"$(base64 \"$f\" | tr -d '\\n')\"; done");
        Arrays.stream(listing.split("\n")).filter(line -> line.contains("\t")).forEach(line -> {
            String[] parts = line.split("\t", 2);
            files.put(
                    parts[0].substring(2),
                    new String(Base64.getDecoder().decode(parts[1].strip()), StandardCharsets.UTF_8));
        });
        return files;
    }

    @Override
    public void write(String path, String content) {
        String encoded = Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8));
        run("mkdir -p \"$(dirname '/data/" + path + "')\" && echo " + encoded + " | base64 -d > '/data/" + path
                + "' && sync");
    }

    @Override
    public void delete(String path) {
        run("rm '/data/" + path + "' && sync");
    }

    @Override
    public void clear() {
        run("cd /data && find . -mindepth 1 ! -path './lost+found*' -delete && sync");
    }

    private String run(String script) {
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("files-" + UUID.randomUUID().toString().substring(0, 8))
                        .withNamespace(namespace)
                        .endMetadata()
                        .withNewSpec()
                        .withTerminationGracePeriodSeconds(0L)
                        .addNewContainer()
                        .withName("files")
                        .withImage(IMAGE)
                        .withCommand("sleep", "600")
                        .addNewVolumeMount()
                        .withName("data")
                        .withMountPath("/data")
                        .endVolumeMount()
                        .endContainer()
                        .addNewVolume()
                        .withName("data")
                        .withNewPersistentVolumeClaim(claim, false)
                        .endVolume()
                        .endSpec()
                        .build())
                .create();
        PodResource resource =
                client.pods().inNamespace(namespace).withName(pod.getMetadata().getName());
        try {
            resource.waitUntilReady(PATIENCE_SECONDS, TimeUnit.SECONDS);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (ExecWatch exec = resource.writingOutput(out).exec("sh", "-c", script)) {
                assertThat(exec.exitCode().get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                        .as(script)
                        .isZero();
            }
            return out.toString(StandardCharsets.UTF_8);
        } catch (Exception e) {
            throw new IllegalStateException("In a pod that mounts " + claim, e);
        } finally {
            resource.delete();
            resource.waitUntilCondition(gone -> gone == null, PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
