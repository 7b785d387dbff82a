package io.drkit.testkit.workload;

import java.util.Map;
import java.util.Set;

/**
 * A namespace that one test has for itself, as somebody sees it who does not use the backend under test. Its cluster has controllers, or something that
 * plays them: pods come and go with what workloads ask for.
 */
public interface TestNamespace extends AutoCloseable {

    String name();

    /** Creates what a manifest in YAML describes, in this namespace. */
    void create(String manifest);

    void delete(String kind, String name);

    /** As {@code kubectl scale} does, of a Deployment, StatefulSet, ReplicaSet or ReplicationController. */
    void scale(String kind, String name, int replicas);

    /** How many an object shall have; of a CronJob 1, and 0 when it is suspended. */
    int replicas(String kind, String name);

    Map<String, String> annotations(String kind, String name);

    void annotate(String kind, String name, String annotation, String value);

    /** The pods that mount a claim and are not finished, terminating ones too. */
    Set<String> pods(String claim);

    /** Deletes everything in it, without waiting. */
    @Override
    void close();
}
