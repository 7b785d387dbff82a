package io.drkit.testkit.workload;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Manifests of workloads that mount claims and do nothing. They run on a real cluster too. */
public final class Manifests {

    private static final String IMAGE = "busybox:stable";

    private Manifests() {}

    public static String claim(String name, String... labels) {
        return """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata:
                  name: %s
                  labels: {%s}
                spec:
                  accessModes: [ReadWriteOnce]
                  resources: {requests: {storage: 1Mi}}
                """.formatted(name, String.join(", ", labels));
    }

    public static String deployment(String name, int replicas, String... claims) {
        return replicated("apps/v1", "Deployment", name, replicas, claims);
    }

    public static String replicaSet(String name, int replicas, String... claims) {
        return replicated("apps/v1", "ReplicaSet", name, replicas, claims);
    }

    public static String replicationController(String name, int replicas, String... claims) {
        return replicated("v1", "ReplicationController", name, replicas, claims)
                .replace("selector: {matchLabels: {app: " + name + "}}", "selector: {app: " + name + "}");
    }

    /** @param template of a claim for each pod */
    public static String statefulSet(String name, int replicas, String template) {
        return replicated("apps/v1", "StatefulSet", name, replicas) + """
                  serviceName: %s
                  podManagementPolicy: Parallel
                  volumeClaimTemplates:
                  - metadata: {name: %s}
                    spec:
                      accessModes: [ReadWriteOnce]
                      resources: {requests: {storage: 1Mi}}
                """.formatted(name, template);
    }

    public static String daemonSet(String name, String... claims) {
        return replicated("apps/v1", "DaemonSet", name, 1, claims).replace("  replicas: 1\n", "");
    }

    public static String job(String name, String... claims) {
        return """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: %s}
                spec:
                %s""".formatted(
                name, template("job-" + name, claims).replace("spec:\n", "spec:\n      restartPolicy: Never\n"));
    }

    /** One that does not come to run during a test, unless that is at New Year. */
    public static String cronJob(String name, boolean suspended, String... claims) {
        return """
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: %s}
                spec:
                  schedule: "0 0 1 1 *"
                  suspend: %s
                  jobTemplate:
                    spec:
                %s""".formatted(
                        name,
                        suspended,
                        template("cron-" + name, claims)
                                .replace("spec:\n", "spec:\n      restartPolicy: Never\n")
                                .indent(4));
    }

    public static String pod(String name, String... claims) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                %s""".formatted(name, podSpec(claims).indent(2));
    }

    public static String autoscaler(String name, String kind, String target, int least) {
        return """
                apiVersion: autoscaling/v1
                kind: HorizontalPodAutoscaler
                metadata: {name: %s}
                spec:
                  minReplicas: %d
                  maxReplicas: 9
                  scaleTargetRef: {apiVersion: apps/v1, kind: %s, name: %s}
                """.formatted(name, least, kind, target);
    }

    /** The same, whose pods take a minute to end. */
    public static String slowToEnd(String manifest) {
        return manifest.replace("terminationGracePeriodSeconds: 1", "terminationGracePeriodSeconds: 60");
    }

    private static String replicated(String version, String kind, String name, int replicas, String... claims) {
        return """
                apiVersion: %s
                kind: %s
                metadata: {name: %s}
                spec:
                  replicas: %d
                  selector: {matchLabels: {app: %s}}
                %s""".formatted(version, kind, name, replicas, name, template(name, claims));
    }

    private static String template(String app, String... claims) {
        return """
                template:
                  metadata: {labels: {app: %s}}
                  spec:
                %s""".formatted(app, podSpec(claims).indent(4)).indent(2);
    }

    private static String podSpec(String... claims) {
        String volumes = Arrays.stream(claims)
                .map(claim -> "{name: v-" + claim + ", persistentVolumeClaim: {claimName: " + claim + "}}")
                .collect(Collectors.joining(", "));
        String mounts = Arrays.stream(claims)
                .map(claim -> "{name: v-" + claim + ", mountPath: /" + claim + "}")
                .collect(Collectors.joining(", "));
        return """
                terminationGracePeriodSeconds: 1
                containers:
                - name: idle
                  image: %s
                  command: [sleep, "86400"]
                  volumeMounts: [%s]
                volumes: [%s]
                """.formatted(IMAGE, mounts, volumes);
    }
}
