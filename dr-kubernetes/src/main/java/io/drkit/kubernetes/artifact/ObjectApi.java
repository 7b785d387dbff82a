package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.SiteUnreachableException;
import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Requests to an API server about objects of any kind, as trees: fabric8's classes know neither every kind nor every field. */
final class ObjectApi {

    /** Objects are at most some 1.5 MB, by etcd's limit; a page of them is all that an export holds. */
    static final int PAGE = 100;

    /** By default an API server drops fields that it does not know, and says so to nobody: a person's slip, or what a newer one wrote. */
    private static final String STRICT = "?fieldValidation=Strict";

    private final SiteApi site;

    ObjectApi(SiteApi site) {
        this.site = site;
    }

    SiteApi site() {
        return site;
    }

    String name() {
        return site.name();
    }

    /** @throws KubernetesClientException as the server or the way to it has it */
    ObjectNode get(String path) {
        return tree(site.client().raw(path, "GET", null));
    }

    /** An object; null when there is none. Failures are DrKit's. */
    @Nullable ObjectNode find(ResourceType type, @Nullable String namespace, String name) {
        return site.<Optional<ObjectNode>>ask("get", type.what(namespace, name), () -> {
                    try {
                        return Optional.of(get(type.path(namespace, name)));
                    } catch (KubernetesClientException e) {
                        if (e.getCode() == 404) {
                            return Optional.empty();
                        }
                        throw e;
                    }
                })
                .orElse(null);
    }

    ObjectNode create(ResourceType type, @Nullable String namespace, ObjectNode object) {
        return tree(site.client().raw(type.path(namespace) + STRICT, "POST", object.toString()));
    }

    /** Replaces an object by this, which bears the resourceVersion that it was read with. */
    ObjectNode replace(ResourceType type, @Nullable String namespace, String name, ObjectNode object) {
        return tree(site.client().raw(type.path(namespace, name) + STRICT, "PUT", object.toString()));
    }

    /**
     * Gives each object of a resource in the order of names, a page held at a time. Where the list is so long that the revision it began at is compacted, it
     * goes on at a newer one, as the API allows.
     *
     * @return false when the server knows no such list, and nothing was given
     */
    boolean list(ResourceType type, @Nullable String namespace, Consumer<ObjectNode> consumer) {
        String next = "";
        do {
            Optional<JsonNode> page = page(type, namespace, next);
            if (page.isEmpty()) {
                return false;
            }
            for (JsonNode item : page.get().path("items")) {
                if (item instanceof ObjectNode object) {
                    consumer.accept(named(type, object));
                }
            }
            next = page.get().path("metadata").path("continue").asText("");
        } while (!next.isEmpty());
        return true;
    }

    private Optional<JsonNode> page(ResourceType type, @Nullable String namespace, String next) {
        return site.ask("list", type.what(namespace), () -> {
            try {
                return Optional.of(get(query(type, namespace, next)));
            } catch (KubernetesClientException e) {
                if (e.getCode() == 404 || e.getCode() == 405) {
                    return Optional.empty();
                }
                String token = e.getCode() == 410 ? token(e.getStatus()) : "";
                if (token.isEmpty() || token.equals(next)) {
                    throw e;
                }
                return Optional.of(get(query(type, namespace, token)));
            }
        });
    }

    private static String token(@Nullable Status status) {
        return status == null
                        || status.getMetadata() == null
                        || status.getMetadata().getContinue() == null
                ? ""
                : status.getMetadata().getContinue();
    }

    private static String query(ResourceType type, @Nullable String namespace, String next) {
        return type.path(namespace) + "?limit=" + PAGE
                + (next.isEmpty() ? "" : "&continue=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
    }

    /** In a list, objects of built-in kinds do not say what they are. */
    private static ObjectNode named(ResourceType type, ObjectNode object) {
        ObjectNode named =
                object.objectNode().put("apiVersion", type.apiVersion()).put("kind", type.kind());
        object.properties().forEach(field -> named.putIfAbsent(field.getKey(), field.getValue()));
        return named;
    }

    private ObjectNode tree(String json) {
        try {
            if (Trees.JSON.readTree(json) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            // Its message repeats what it could not read, which may be a secret.
        }
        throw new SiteUnreachableException(
                name() + " answered with something that is no JSON object: is it an API server?");
    }
}
