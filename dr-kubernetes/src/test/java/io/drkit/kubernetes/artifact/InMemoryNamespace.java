package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.testkit.workload.TestNamespace;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/** A test's namespace of an {@link InMemoryApi}, where things can only be created. */
record InMemoryNamespace(InMemoryApi api, String name) implements TestNamespace {

    static InMemoryNamespace in(InMemoryApi api, String name) {
        api.create(InMemoryApi.object("v1", "Namespace", null, name));
        return new InMemoryNamespace(api, name);
    }

    @Override
    public void create(String manifest) {
        for (ObjectNode object : Yaml.read(manifest.getBytes(StandardCharsets.UTF_8))) {
            object.withObject("/metadata").put("namespace", name);
            api.create(object);
        }
    }

    @Override
    public void delete(String kind, String object) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void scale(String kind, String object, int replicas) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int replicas(String kind, String object) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, String> annotations(String kind, String object) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void annotate(String kind, String object, String annotation, String value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<String> pods(String claim) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        // The whole API server goes with the test.
    }
}
