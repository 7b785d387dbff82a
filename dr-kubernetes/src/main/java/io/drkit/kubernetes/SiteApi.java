package io.drkit.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.fabric8.kubernetes.api.Pluralize;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Listable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The API server of a site: requests whose failures are DrKit's exceptions, each in one sentence that names verb and object. For backends that build on
 * this module. Thread-safe.
 *
 * <p>Reading throws {@link SiteUnreachableException} when the site does not answer or does not let us in, and {@link UnsafeToProceedException} when
 * a right is missing or the request is refused. Writing throws {@link OutcomeUnknownException} instead of the former when it may have happened
 * nevertheless: look, and write again what is not there.
 */
public final class SiteApi {

    private final KubernetesClient client;

    /**
     * @param client is not closed
     * @throws IllegalArgumentException when the client sets no deadline for its requests
     */
    public SiteApi(KubernetesClient client) {
        Integer timeout = client.getConfiguration().getRequestTimeout();
        if (timeout == null || timeout <= 0) {
            throw new IllegalArgumentException(
                    "The client has no request timeout, and a request to a dead API server would never end: set one.");
        }
        this.client = client;
    }

    public KubernetesClient client() {
        return client;
    }

    /** How this site is named in messages. */
    public String name() {
        return "Kubernetes at " + client.getMasterUrl();
    }

    /** @param resource plural and, after a dot, the API group, as in an RBAC rule */
    public <T extends HasMetadata> List<T> list(
            String resource, String namespace, Listable<? extends KubernetesResourceList<T>> listable) {
        return ask(
                "list",
                resource + " in namespace " + namespace,
                () -> listable.list().getItems());
    }

    /** An object by name; null when there is none. */
    public <T extends HasMetadata> @Nullable T get(Class<T> type, String namespace, String name) {
        return ask(
                "get",
                what(type, namespace, name),
                () -> client.resources(type)
                        .inNamespace(namespace)
                        .withName(name)
                        .get());
    }

    /**
     * A request that changes nothing.
     *
     * @param verb of RBAC: {@code list}
     * @param what the resource and where it is: {@code pods in namespace shop}
     */
    public <T> T ask(String verb, String what, Supplier<T> request) {
        try {
            return request.get();
        } catch (KubernetesClientException e) {
            throw ApiFaults.translate(name(), verb, what, e);
        }
    }

    /** The same; empty when the right for it is missing. For checks that can be done without. */
    public <T> Optional<T> askIfAllowed(String verb, String what, Supplier<T> request) {
        try {
            return Optional.of(request.get());
        } catch (KubernetesClientException e) {
            if (e.getCode() == 403) {
                return Optional.empty();
            }
            throw ApiFaults.translate(name(), verb, what, e);
        }
    }

    /** What a request's failure is to DrKit: for those who decide by its code whether it is one. */
    public DrException failure(String verb, String what, KubernetesClientException e) {
        return ApiFaults.translate(name(), verb, what, e);
    }

    /** Creates an object unless one of that name is there, whatever it holds. Returns whether this did. */
    public boolean create(HasMetadata object) {
        return write("create", object, () -> client.resource(object).create());
    }

    /** Applies a JSON merge patch (RFC 7396) to an object as it was read. Returns false when somebody has written or deleted it since. */
    public boolean patch(HasMetadata read, ObjectNode patch) {
        patch.withObject("/metadata").put("resourceVersion", read.getMetadata().getResourceVersion());
        return write(
                "patch",
                read,
                () -> client.resource(read).patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString()));
    }

    /**
     * Replaces an object by this, which bears the resourceVersion that it was read with: for lists, which fabric8's mock server does not patch as RFC 7396
     * has it. Returns false when somebody has written or deleted it since.
     */
    public boolean update(HasMetadata changed) {
        String version = changed.getMetadata().getResourceVersion();
        return write(
                "update",
                changed,
                () -> client.resource(changed).lockResourceVersion(version).update());
    }

    /**
     * Deletes the very object that was read, and what it owns, in the background. Returns false when it is gone, another is in its place, or somebody
     * wrote it just now. Ends before the object is gone, if a finalizer holds it.
     */
    public boolean delete(HasMetadata read) {
        Resource<HasMetadata> resource = client.resource(read);
        return write("delete", read, () -> {
            HasMetadata now = resource.get();
            if (now == null
                    || !now.getMetadata().getUid().equals(read.getMetadata().getUid())) {
                throw new KubernetesClientException("gone", 404, null);
            }
            resource.lockResourceVersion(now.getMetadata().getResourceVersion()).delete();
        });
    }

    private boolean write(String verb, HasMetadata object, Runnable request) {
        try {
            request.run();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == 409 || (e.getCode() == 404 && !verb.equals("create"))) {
                return false;
            }
            ObjectMeta meta = object.getMetadata();
            DrException fault =
                    ApiFaults.translate(name(), verb, what(resource(object), meta.getNamespace(), meta.getName()), e);
            if (ApiFaults.leavesOutcomeOpen(e)) {
                throw new OutcomeUnknownException(
                        fault.getMessage() + " It may have been done nevertheless: run it again, it looks first.", e);
            }
            throw fault;
        }
    }

    private static String resource(HasMetadata object) {
        // A generic one bears no annotations that would tell.
        return object instanceof GenericKubernetesResource generic
                ? Pluralize.toPlural(generic.getKind().toLowerCase(Locale.ROOT)) + "."
                        + generic.getApiVersion().replaceFirst("/.*", "")
                : HasMetadata.getFullResourceName(object.getClass());
    }

    private static String what(Class<? extends HasMetadata> type, @Nullable String namespace, String name) {
        return what(HasMetadata.getFullResourceName(type), namespace, name);
    }

    private static String what(String resource, @Nullable String namespace, String name) {
        return resource + " " + name + (namespace == null ? "" : " in namespace " + namespace);
    }
}
