package io.drkit.workload;

/** The kinds of workload that can be quiesced: by scaling to zero, and a CronJob by suspending it. */
public enum WorkloadKind {
    /** First, so that it starts no job while the others go down. */
    CRON_JOB("CronJob", "cronjobs.batch"),
    DEPLOYMENT("Deployment", "deployments.apps"),
    STATEFUL_SET("StatefulSet", "statefulsets.apps"),
    /** One without a controller of its own. */
    REPLICA_SET("ReplicaSet", "replicasets.apps"),
    REPLICATION_CONTROLLER("ReplicationController", "replicationcontrollers");

    private final String kind;
    private final String resource;

    WorkloadKind(String kind, String resource) {
        this.kind = kind;
        this.resource = resource;
    }

    /** As in a manifest. */
    public String kind() {
        return kind;
    }

    /** As in an RBAC rule and for kubectl: plural and, after a dot, the API group. */
    public String resource() {
        return resource;
    }
}
