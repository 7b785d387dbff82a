package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.DrException;
import io.drkit.SiteUnreachableException;
import io.drkit.artifact.ApplyReport.Outcome;
import io.drkit.artifact.ApplyReport.Result;
import io.drkit.artifact.ObjectName;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Creates or updates one object after the other: looks, compares, and writes what differs, bound to what it looked at. What may pass by itself is tried again.
 * Serves one application.
 */
final class ObjectWriter {

    private static final int ATTEMPTS = 6;

    /** So many objects one after another that the server could not take now: then it is the server, and not the objects. */
    private static final int SERVER_IS_DOWN = 5;

    private final ObjectApi api;
    private final CheckedArchive archive;
    private final boolean dryRun;
    private final Pause pause;
    private final Discovery discovery;
    /** Versions whose server is down, an aggregated one: not the API server itself. */
    private final Set<String> down = new HashSet<>();

    private boolean hasWritten;
    private int inTrouble;

    ObjectWriter(ObjectApi api, CheckedArchive archive, boolean dryRun, Pause pause) {
        this.api = api;
        this.archive = archive;
        this.dryRun = dryRun;
        this.pause = pause;
        this.discovery = new Discovery(api);
    }

    /** Whether anything was written, or may have been. */
    boolean hasWritten() {
        return hasWritten;
    }

    /**
     * Applies an object.
     *
     * @throws SiteUnreachableException when the site does not answer
     */
    Outcome apply(ObjectName name, ObjectNode wanted) {
        Attempt attempt = new Attempt(name, wanted);
        for (int number = 1; ; number++) {
            try {
                Outcome outcome = attempt.run();
                if (outcome == null && number < ATTEMPTS) {
                    pause.before(number, api.name());
                    continue;
                }
                inTrouble = 0;
                return outcome == null ? attempt.notServed() : outcome;
            } catch (KubernetesClientException e) {
                if (number >= attempts(name, e)) {
                    return attempt.failure(e);
                }
                pause.before(number, api.name());
            }
        }
    }

    private int attempts(ObjectName name, KubernetesClientException e) {
        int code = e.getCode();
        if (down.contains(name.apiVersion())) {
            return 1;
        }
        // No answer takes long to come, and an admission webhook that is down stays so for a while.
        if (code < 400 || isOfWebhook(e)) {
            return 3;
        }
        // The path of a kind whose definition was just created may be unknown for a moment.
        boolean mayPass = code == 409 || code == 429 || code >= 500 || (code == 404 && archive.defines(name));
        return mayPass ? ATTEMPTS : 1;
    }

    /** Whether a version may be served by another than the API server. */
    private static boolean isAnothers(ObjectName name) {
        return name.group().contains(".") && !name.group().endsWith(".k8s.io");
    }

    /** Which fields were refused, and for which of the reasons that the API has words for. */
    private static String fields(KubernetesClientException e) {
        List<StatusCause> causes = e.getStatus() == null || e.getStatus().getDetails() == null
                ? List.of()
                : e.getStatus().getDetails().getCauses();
        String fields = causes.stream()
                .filter(cause -> cause.getField() != null)
                .map(cause -> cause.getField()
                        + (String.valueOf(cause.getMessage()).endsWith("field is immutable")
                                ? " (immutable)"
                                : " (" + cause.getReason() + ")"))
                .distinct()
                .collect(Collectors.joining(", "));
        return fields.isEmpty() ? "its fields" : fields;
    }

    private static boolean isOfWebhook(KubernetesClientException e) {
        return e.getCode() >= 500
                && e.getStatus() != null
                && String.valueOf(e.getStatus().getMessage()).contains("webhook");
    }

    /** One object, as often as it takes. */
    private final class Attempt {

        private final ObjectName name;
        private final ObjectNode wanted;
        /** What was asked for last, without knowing whether it happened. */
        private @Nullable Result sent;

        private @Nullable ResourceType type;
        private String verb = "get";

        Attempt(ObjectName name, ObjectNode wanted) {
            this.name = name;
            this.wanted = wanted;
        }

        /** Null when the kind is not served yet, and will be. */
        @Nullable Outcome run() {
            verb = "get";
            ResourceType served = discovery.find(name.apiVersion(), name.kind());
            type = served;
            down.remove(name.apiVersion());
            if (served == null) {
                if (!archive.defines(name)) {
                    return notServed();
                }
                discovery.forget(name.apiVersion());
                return dryRun ? of(Result.CREATED) : null;
            }
            if (served.namespaced() != (name.namespace() != null)) {
                return failed(
                        served.namespaced()
                                ? "It names no namespace, and lives in one."
                                : "It names a namespace, and lives in none.");
            }
            ObjectNode there = find(served);
            return there == null ? create(served) : update(served, there);
        }

        private @Nullable ObjectNode find(ResourceType served) {
            try {
                return api.get(served.path(name.namespace(), name.name()));
            } catch (KubernetesClientException e) {
                if (e.getCode() == 404) {
                    return null;
                }
                throw e;
            }
        }

        private Outcome create(ResourceType served) {
            if (!dryRun) {
                verb = "create";
                sent = Result.CREATED;
                hasWritten = true;
                api.create(served, name.namespace(), wanted);
            }
            return of(Result.CREATED);
        }

        private Outcome update(ResourceType served, ObjectNode there) {
            if (there.path("metadata").hasNonNull("deletionTimestamp")) {
                return failed("It is being deleted there: run it again when it is gone.");
            }
            ObjectNode merged = wanted.deepCopy();
            Cleaning.keep(merged, there);
            keepScale(merged, there);
            if (isSame(merged, there)) {
                return of(sent == null ? Result.UNCHANGED : sent);
            }
            if (served.group().equals("rbac.authorization.k8s.io") && Selection.isBootstrapped(there)) {
                return new Outcome(name, Result.SKIPPED, "It is the control plane's own.");
            }
            if (ApplyOrder.of(name).isShared() || name.kind().equals("ClusterRole")) {
                return new Outcome(
                        name,
                        Result.SKIPPED,
                        "It is there and differs, and others may use it: compare the two, and change it by hand.");
            }
            if (dryRun) {
                return of(Result.UPDATED);
            }
            verb = "update";
            Result before = sent;
            sent = Result.UPDATED;
            hasWritten = true;
            ObjectNode now = api.replace(served, name.namespace(), name.name(), merged);
            // A server fills in what a person left out, and then nothing has changed.
            boolean changed = !version(now).equals(version(there));
            return of(changed ? Result.UPDATED : before == null ? Result.UNCHANGED : before);
        }

        /** How many replicas an autoscaler has chosen by now; unless there are none, of which it makes no more. */
        private void keepScale(ObjectNode merged, ObjectNode there) {
            JsonNode replicas = there.path("spec").path("replicas");
            if (replicas.asInt() > 0 && archive.isScaled(name) && merged.get("spec") instanceof ObjectNode spec) {
                spec.set("replicas", replicas);
            }
        }

        private boolean isSame(ObjectNode merged, ObjectNode there) {
            ObjectNode ours = merged.deepCopy();
            ObjectNode theirs = there.deepCopy();
            Cleaning.clean(ours);
            Cleaning.clean(theirs);
            return Trees.same(ours, theirs) && nodePortsAgree(merged, there);
        }

        /** Cleaning takes them away, but a person may have put one there. */
        private boolean nodePortsAgree(ObjectNode merged, ObjectNode there) {
            return !name.kind().equals("Service")
                    || Trees.same(
                            merged.path("spec").path("ports"),
                            there.path("spec").path("ports"));
        }

        private String version(JsonNode object) {
            return Trees.text(object.path("metadata"), "resourceVersion");
        }

        Outcome notServed() {
            return failed("The site does not serve " + name.kind() + " in " + name.apiVersion()
                    + ": it needs its definition, or another version.");
        }

        Outcome failure(KubernetesClientException e) {
            ResourceType served = type;
            String what = served == null
                    ? "the resources of " + name.apiVersion()
                    : served.what(name.namespace(), name.name());
            DrException fault = api.site().failure(verb, what, e);
            int code = e.getCode();
            if (code < 400 || code == 401) {
                throw fault;
            }
            if (served == null && code == 503 && isAnothers(name)) {
                down.add(name.apiVersion());
            } else if ((code == 429 || code >= 500) && !isOfWebhook(e)) {
                if (++inTrouble >= SERVER_IS_DOWN) {
                    throw fault;
                }
            } else {
                inTrouble = 0;
            }
            // What a server says of a field repeats its value, and that of a pod template every value in it.
            boolean repeats = code == 422 || (code == 400 && name.kind().equals("Secret"));
            return failed(
                    repeats
                            ? api.name() + " refused to " + verb + " " + what + " (" + code + "): look at " + fields(e)
                                    + "."
                            : String.valueOf(fault.getMessage()));
        }

        private Outcome failed(String reason) {
            return new Outcome(name, Result.FAILED, reason);
        }

        private Outcome of(Result result) {
            return new Outcome(name, result, "");
        }
    }
}
