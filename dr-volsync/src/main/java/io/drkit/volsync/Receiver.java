package io.drkit.volsync;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.volsync.resource.ReplicationDestination;
import io.drkit.volsync.resource.VolSync;
import io.drkit.volume.Claim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.TypedLocalObjectReference;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A ReplicationDestination of ours at a site. */
final class Receiver {

    private static final ObjectMapper JSON = new JsonMapper();

    private final Side side;
    private final Claim claim;
    private final String name;

    Receiver(Side side, Claim claim, String name) {
        this.side = side;
        this.claim = claim;
        this.name = name;
    }

    @Nullable ReplicationDestination find() {
        return side.api().get(ReplicationDestination.class, claim.namespace(), name);
    }

    /** Creates it, or puts right what is wrong about it. */
    ReplicationDestination ensure(ReplicationDestination.RsyncTls spec) {
        return side.waiting()
                .until(
                        side.timeout(),
                        () -> {
                            ReplicationDestination found = find();
                            if (found == null) {
                                create(spec);
                                return find();
                            }
                            side.requireOurs(found, claim);
                            if (found.getMetadata().getDeletionTimestamp() != null) {
                                return null;
                            }
                            boolean right = found.getSpec() != null
                                    && spec.equals(found.getSpec().rsyncTLS())
                                    && !Boolean.TRUE.equals(found.getSpec().paused());
                            return right ? found : side.api().patch(found, corrected(spec)) ? find() : null;
                        },
                        () -> "ReplicationDestination " + name + " at " + side.name() + " could not be set up.");
    }

    private void create(ReplicationDestination.RsyncTls spec) {
        ReplicationDestination receiver = new ReplicationDestination();
        receiver.setMetadata(Names.meta(claim, name));
        receiver.setSpec(new ReplicationDestination.Spec(null, null, spec));
        side.api().create(receiver);
    }

    private static ObjectNode corrected(ReplicationDestination.RsyncTls spec) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("spec").putNull("paused").set("rsyncTLS", JSON.valueToTree(spec));
        return patch;
    }

    /**
     * What it holds complete: the receiver as it is while it listens, with everything that was pushed before kept as its latest image. Null in the moments
     * between, when a push has been received and its snapshot is not there yet; its mover's job has succeeded then.
     */
    @Nullable ReplicationDestination settled() {
        ReplicationDestination receiver = find();
        if (receiver == null
                || receiver.getStatus() == null
                || receiver.getStatus().lastSyncStartTime() == null) {
            return null;
        }
        String uid = receiver.getMetadata().getUid();
        boolean received = side
                .api()
                .list(
                        "jobs.batch",
                        claim.namespace(),
                        side.api().client().batch().v1().jobs().inNamespace(claim.namespace()))
                .stream()
                .filter(job -> Names.isOwnedBy(job, uid))
                .anyMatch(Receiver::hasSucceeded);
        return received ? null : receiver;
    }

    private static boolean hasSucceeded(Job job) {
        return job.getStatus() != null
                && job.getStatus().getSucceeded() != null
                && job.getStatus().getSucceeded() > 0;
    }

    /** Waits until it listens, with nothing half done. */
    ReplicationDestination awaitSettled() {
        return side.waiting()
                .until(
                        side.timeout(),
                        this::settled,
                        () -> "ReplicationDestination " + name + " at " + side.name() + " did not listen" + state()
                                + ".");
    }

    private String state() {
        ReplicationDestination receiver = find();
        return receiver == null || receiver.getStatus() == null
                ? ": does VolSync's operator run there?"
                : Conditions.describe(receiver.getStatus().conditions())
                        + MoverLog.tail(receiver.getStatus().latestMoverStatus());
    }

    /** The name of the last complete snapshot; empty when there is none. */
    static String image(@Nullable ReplicationDestination receiver) {
        TypedLocalObjectReference image = receiver == null || receiver.getStatus() == null
                ? null
                : receiver.getStatus().latestImage();
        return image == null || !"VolumeSnapshot".equals(image.getKind()) ? "" : image.getName();
    }

    /**
     * Removes it, with its mover, so that nobody can push to the claim any more. Snapshots that are not kept go with it; and VolSync's mark on the claim, by
     * which the next receiver would take the last snapshot of this one for its own.
     */
    void remove() {
        side.remove(ReplicationDestination.class, claim, name);
        side.awaitNoMover("volsync-rsync-tls-dst-" + name, claim.namespace(), Set.of(claim.name()));
        side.waiting()
                .until(
                        side.timeout(),
                        () -> {
                            PersistentVolumeClaim received = side.claim(claim);
                            if (received == null || mark(received).isEmpty()) {
                                return true;
                            }
                            ObjectNode patch = JsonNodeFactory.instance.objectNode();
                            patch.putObject("metadata").putObject("annotations").putNull(VolSync.SNAPSHOT_NAME);
                            return side.api().patch(received, patch) ? true : null;
                        },
                        () -> "the " + claim + " at " + side.name()
                                + " was written by somebody else again and again: who?");
    }

    private static String mark(PersistentVolumeClaim claim) {
        Map<String, String> annotations = claim.getMetadata().getAnnotations();
        return annotations == null ? "" : Objects.requireNonNullElse(annotations.get(VolSync.SNAPSHOT_NAME), "");
    }
}
