package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What {@link InMemoryApi} answers instead of an object. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    final transient ObjectNode status;

    Refusal(int code, String message) {
        super(message);
        status = new ObjectMapper()
                .createObjectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("code", code)
                .put("message", message);
    }
}
