package io.drkit.kubernetes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.workload.WorkloadKind;
import io.drkit.workload.WorkloadQuiescer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one call: each reads a workload, decides, and writes only if nobody has written since (the resource version is part of the patch). A
 * merge patch, for it touches nothing that this client does not know. Knows what was written, so that a failure can tell.
 */
final class Scaling {

    /** Somebody who writes a workload so often that we never come between is no reason to try for ever. */
    private static final int ATTEMPTS = 10;

    private final SiteApi api;
    private final String namespace;
    private final List<String> changed = new ArrayList<>();
    private @Nullable String inDoubt;
    private @Nullable KubernetesClientException lastFault;

    Scaling(SiteApi api, String namespace) {
        this.api = api;
        this.namespace = namespace;
    }

    /** Scales to zero and remembers what was, in one write. Of one that is at zero nothing is remembered but what is already. */
    void toZero(WorkloadKind kind, String name, SortedSet<String> claims) {
        change(kind, name, "was scaled to zero", live -> {
            SortedSet<String> wanted = new TreeSet<>(claims);
            if (live.replicas() == 0) {
                if (!live.isRemembered()) {
                    return null;
                }
                SortedSet<String> recorded = live.quiescedFor(claims);
                if (recorded.containsAll(claims) && live.annotation(WorkloadQuiescer.QUIESCED_FOR) != null) {
                    return null;
                }
                wanted.addAll(recorded);
                return patch(live).annotate(WorkloadQuiescer.QUIESCED_FOR, String.join(",", wanted));
            }
            String before = kind == WorkloadKind.CRON_JOB ? "false" : String.valueOf(live.replicas());
            return patch(live)
                    .annotate(live.memory(), before)
                    .annotate(WorkloadQuiescer.QUIESCED_FOR, String.join(",", wanted))
                    .scale(kind, 0);
        });
    }

    /** Scales back to what is remembered, and forgets it; not when somebody changed either since it was read, and then returns false. */
    boolean back(WorkloadKind kind, String name, int replicas) {
        return change(kind, name, "was scaled back", live -> {
            if (live.replicas() != 0 || live.before().orElse(-1) != replicas) {
                return null;
            }
            return forget(live).scale(kind, replicas);
        });
    }

    /** Scales one up that rests at zero and has nothing remembered; not when that has changed since it was read, and then returns false. */
    boolean up(WorkloadKind kind, String name, int replicas) {
        return change(
                kind,
                name,
                "was started",
                live -> live.replicas() != 0 || live.isRemembered()
                        ? null
                        : patch(live).scale(kind, replicas));
    }

    /** Forgets what was, and leaves the workload as it is. */
    void forget(WorkloadKind kind, String name) {
        change(
                kind,
                name,
                "was left as it is",
                live -> live.replicas() == 0 || !live.isRemembered() ? null : forget(live));
    }

    /** Goes on being at zero, for fewer claims. */
    void stillFor(WorkloadKind kind, String name, Set<String> claims) {
        change(kind, name, "stays at zero", live -> {
            String list = String.join(",", claims);
            return !live.isRemembered() || list.equals(live.annotation(WorkloadQuiescer.QUIESCED_FOR))
                    ? null
                    : patch(live).annotate(WorkloadQuiescer.QUIESCED_FOR, list);
        });
    }

    /**
     * Runs a call, and makes of its failure what is true of the whole call.
     *
     * @throws OutcomeUnknownException instead of {@link SiteUnreachableException}, when something was changed or may have been
     */
    <T> T run(Supplier<T> call) {
        try {
            return call.get();
        } catch (SiteUnreachableException e) {
            if (changed.isEmpty() && inDoubt == null) {
                throw e;
            }
            throw new OutcomeUnknownException(e.getMessage() + story() + " Run it again: it goes on from there.", e);
        } catch (UnsafeToProceedException e) {
            if (changed.isEmpty() && inDoubt == null) {
                throw e;
            }
            throw new UnsafeToProceedException(e.getMessage() + story());
        }
    }

    private String story() {
        String doubt = inDoubt == null ? "" : " Whether " + inDoubt + " is not known.";
        String last = changed.isEmpty() ? "" : changed.get(changed.size() - 1);
        return switch (changed.size()) {
                    case 0 -> "";
                    case 1 -> " Before that, " + last + ".";
                    default ->
                        " Before that, " + changed.size() + " workloads were changed, the last so: " + last + ".";
                }
                + doubt;
    }

    /** Returns whether it was written by this; false when there is nothing to write. */
    private boolean change(
            WorkloadKind kind, String name, String done, Function<LiveWorkload, @Nullable MergePatch> decide) {
        String who = kind.kind() + " " + name;
        String what = kind.resource() + " " + name + " in namespace " + namespace;
        Resource<? extends HasMetadata> resource = resource(kind, name);
        lastFault = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            HasMetadata object = api.ask("get", what, resource::get);
            MergePatch patch = object == null ? null : decide.apply(LiveWorkload.of(object));
            if (patch == null) {
                boolean written = inDoubt != null;
                if (written) {
                    changed.add(who + " " + done);
                }
                inDoubt = null;
                return written;
            }
            try {
                api.client().resource(object).patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString());
                inDoubt = null;
                changed.add(who + " " + done);
                return true;
            } catch (KubernetesClientException e) {
                if (Thread.currentThread().isInterrupted()) {
                    inDoubt = who + " " + done;
                    throw ApiFaults.translate(api.name(), "patch", what, e);
                }
                if (ApiFaults.leavesOutcomeOpen(e)) {
                    inDoubt = who + " " + done;
                } else if (e.getCode() != 409 && e.getCode() != 404) {
                    throw ApiFaults.translate(api.name(), "patch", what, e);
                }
                lastFault = e;
                pause(attempt, what);
            }
        }
        KubernetesClientException fault = lastFault;
        if (fault != null && fault.getCode() != 409) {
            throw ApiFaults.translate(api.name(), "patch", what, fault);
        }
        throw new UnsafeToProceedException(
                who + " in namespace " + namespace + " at " + api.name() + " was written by somebody else " + ATTEMPTS
                        + " times while DrKit wanted to scale it, and was left as it is: find out who writes it.");
    }

    /** The more often it failed, the longer; up to a quarter of a second. */
    private void pause(int attempt, String what) {
        try {
            Thread.sleep(Math.min(10L + 20L * attempt, 250));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException("Writing " + what + " at " + api.name() + " was interrupted.", e);
        }
    }

    private Resource<? extends HasMetadata> resource(WorkloadKind kind, String name) {
        KubernetesClient client = api.client();
        return switch (kind) {
            case DEPLOYMENT ->
                client.apps().deployments().inNamespace(namespace).withName(name);
            case STATEFUL_SET ->
                client.apps().statefulSets().inNamespace(namespace).withName(name);
            case REPLICA_SET ->
                client.apps().replicaSets().inNamespace(namespace).withName(name);
            case REPLICATION_CONTROLLER ->
                client.replicationControllers().inNamespace(namespace).withName(name);
            case CRON_JOB ->
                client.batch().v1().cronjobs().inNamespace(namespace).withName(name);
        };
    }

    private static MergePatch patch(LiveWorkload live) {
        return new MergePatch(live.metadata().getResourceVersion());
    }

    private static MergePatch forget(LiveWorkload live) {
        return patch(live).annotate(live.memory(), null).annotate(WorkloadQuiescer.QUIESCED_FOR, null);
    }

    /** A JSON merge patch (RFC 7396) that conflicts when somebody has written since. */
    private static final class MergePatch {

        private final ObjectNode root = JsonNodeFactory.instance.objectNode();

        MergePatch(String resourceVersion) {
            root.putObject("metadata").put("resourceVersion", resourceVersion);
        }

        /** @param value null takes the annotation away */
        MergePatch annotate(String name, @Nullable String value) {
            root.withObject("/metadata").withObject("/annotations").put(name, value);
            return this;
        }

        MergePatch scale(WorkloadKind kind, int replicas) {
            ObjectNode spec = root.putObject("spec");
            if (kind == WorkloadKind.CRON_JOB) {
                spec.put("suspend", replicas == 0);
            } else {
                spec.put("replicas", replicas);
            }
            return this;
        }

        @Override
        public String toString() {
            return root.toString();
        }
    }
}
