package io.drkit.volsync;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.UnsafeToProceedException;
import io.drkit.volsync.resource.ReplicationSource;
import io.drkit.volsync.resource.Trigger;
import io.drkit.volsync.resource.VolSync;
import io.drkit.volume.Claim;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A ReplicationSource of ours at a site. */
final class Sender {

    private static final ObjectMapper JSON = new JsonMapper();

    private final Side side;
    private final Claim owner;
    private final Claim claim;
    private final String name;

    Sender(Side side, Claim claim, String name) {
        this(side, claim, claim, name);
    }

    /**
     * @param owner for which it is made
     * @param claim which it sends
     */
    Sender(Side side, Claim owner, Claim claim, String name) {
        this.side = side;
        this.owner = owner;
        this.claim = claim;
        this.name = name;
    }

    @Nullable ReplicationSource find() {
        return side.api().get(ReplicationSource.class, claim.namespace(), name);
    }

    /** A tag that no other sync has. */
    static String newTag() {
        return "drkit-" + UUID.randomUUID();
    }

    /** Creates it, or puts right what is wrong about it. Without a schedule it syncs once when it is created, and then only when asked. */
    ReplicationSource ensure(ReplicationSource.RsyncTls spec, @Nullable String schedule) {
        return side.waiting()
                .until(
                        side.timeout(),
                        () -> {
                            ReplicationSource found = find();
                            if (found == null) {
                                create(
                                        spec,
                                        schedule == null ? new Trigger(null, newTag()) : new Trigger(schedule, null));
                                return find();
                            }
                            side.requireOurs(found, owner);
                            if (found.getMetadata().getDeletionTimestamp() != null) {
                                return null;
                            }
                            boolean right = isRight(found, spec, schedule);
                            return right
                                    ? found
                                    : side.api().patch(found, corrected(found, spec, schedule)) ? find() : null;
                        },
                        () -> "ReplicationSource " + name + " at " + side.name() + " could not be set up.");
    }

    /**
     * Creates one that syncs once and no more; returns the tag of that sync.
     *
     * @throws UnsafeToProceedException when one is there
     */
    String createOnce(ReplicationSource.RsyncTls spec) {
        String tag = newTag();
        if (!create(spec, new Trigger(null, tag))) {
            throw new UnsafeToProceedException("Another process is syncing to the " + owner + " at " + side.name()
                    + ": see that it ends, and run it again.");
        }
        return tag;
    }

    private boolean create(ReplicationSource.RsyncTls spec, Trigger trigger) {
        ReplicationSource sender = new ReplicationSource();
        sender.setMetadata(Names.meta(owner, name));
        sender.setSpec(new ReplicationSource.Spec(claim.name(), trigger, null, spec));
        return side.api().create(sender);
    }

    private boolean isRight(ReplicationSource found, ReplicationSource.RsyncTls spec, @Nullable String schedule) {
        Trigger trigger = found.getSpec().trigger();
        String now = trigger == null ? null : trigger.schedule();
        boolean triggered = trigger != null && trigger.manual() != null;
        return spec.equals(found.getSpec().rsyncTLS())
                && claim.name().equals(found.getSpec().sourcePVC())
                && !Boolean.TRUE.equals(found.getSpec().paused())
                && (schedule == null
                        ? now == null && triggered
                        : schedule.equals(now) && (!triggered || isUnderWay(found)));
    }

    private ObjectNode corrected(ReplicationSource found, ReplicationSource.RsyncTls spec, @Nullable String schedule) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        ObjectNode fields = patch.putObject("spec");
        fields.put("sourcePVC", claim.name()).putNull("paused").set("rsyncTLS", JSON.valueToTree(spec));
        String done = found.getStatus() == null ? null : found.getStatus().lastManualSync();
        fields.putObject("trigger")
                .put("schedule", schedule)
                // Without either it would sync in a loop; the tag of the last one starts none.
                .put("manual", schedule != null ? underWay(found) : done == null || done.isEmpty() ? newTag() : done);
        return patch;
    }

    /** Whether it has a tag whose sync has not come through. */
    private static boolean isUnderWay(ReplicationSource sender) {
        return underWay(sender) != null;
    }

    private static @Nullable String underWay(ReplicationSource sender) {
        Trigger trigger = sender.getSpec().trigger();
        String tag = trigger == null ? null : trigger.manual();
        boolean done = sender.getStatus() != null
                && tag != null
                && tag.equals(sender.getStatus().lastManualSync());
        return done ? null : tag;
    }

    /** @param before what was looked at while nothing was sent, just before the sync */
    record Triggered<T>(String tag, T before) {}

    /**
     * Triggers one sync. Only when none is under way, and in a write that fails if VolSync has written since that was seen: a running sync would be stamped
     * with the new tag when it ends, though it began before. So what is stamped with it began after this call did.
     *
     * @param look is done between the two; null when it is not time yet
     */
    <T> Triggered<T> trigger(Duration timeout, Supplier<@Nullable T> look) {
        String tag = newTag();
        return side.waiting()
                .until(
                        timeout,
                        () -> {
                            ReplicationSource sender = existing();
                            T before = isIdle(sender) ? look.get() : null;
                            return before != null && side.api().patch(sender, triggered(tag))
                                    ? new Triggered<>(tag, before)
                                    : null;
                        },
                        () -> "the sync that ran before at " + side.name() + " had not ended: ReplicationSource " + name
                                + state());
    }

    private ReplicationSource existing() {
        ReplicationSource sender = find();
        if (sender == null) {
            throw new UnsafeToProceedException("ReplicationSource " + name + " in namespace " + claim.namespace()
                    + " at " + side.name() + " is gone: who deleted it?");
        }
        if (Boolean.TRUE.equals(sender.getSpec().paused())) {
            throw new UnsafeToProceedException("ReplicationSource " + name + " in namespace " + claim.namespace()
                    + " at " + side.name() + " is paused by somebody, and would never sync: take spec.paused away.");
        }
        return sender;
    }

    static boolean isIdle(ReplicationSource sender) {
        ReplicationSource.Status status = sender.getStatus();
        if (status == null || status.lastSyncTime() == null || status.lastSyncStartTime() != null) {
            return false;
        }
        String reason = Conditions.reason(status.conditions());
        return reason.equals(VolSync.WAITING_FOR_MANUAL) || reason.equals(VolSync.WAITING_FOR_SCHEDULE);
    }

    private static ObjectNode triggered(String tag) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("spec").putObject("trigger").put("manual", tag);
        return patch;
    }

    /** Waits until the sync with this tag has come through; returns the sender as it is then. */
    ReplicationSource awaitSynced(String tag, Duration timeout) {
        return side.waiting()
                .until(
                        timeout,
                        () -> {
                            ReplicationSource sender = existing();
                            if (sender.getStatus() != null
                                    && tag.equals(sender.getStatus().lastManualSync())) {
                                return sender;
                            }
                            if (!tag.equals(underWay(sender))) {
                                throw new UnsafeToProceedException(
                                        "Somebody else changed the trigger of ReplicationSource "
                                                + name + " at " + side.name()
                                                + " before the sync had come through: run it again.");
                            }
                            return null;
                        },
                        () -> "the sync from " + side.name() + " had not come through: ReplicationSource " + name
                                + state());
    }

    /** Gives its schedule back to VolSync, which syncs only by tag while there is one; not while a tag's sync is under way. */
    void backToSchedule() {
        side.waiting()
                .until(
                        side.timeout(),
                        () -> {
                            ReplicationSource sender = find();
                            Trigger trigger =
                                    sender == null ? null : sender.getSpec().trigger();
                            if (sender == null
                                    || trigger == null
                                    || trigger.schedule() == null
                                    || trigger.manual() == null
                                    || isUnderWay(sender)) {
                                return true;
                            }
                            ObjectNode patch = JsonNodeFactory.instance.objectNode();
                            patch.putObject("spec").putObject("trigger").putNull("manual");
                            return side.api().patch(sender, patch) ? true : null;
                        },
                        () -> "ReplicationSource " + name + " at " + side.name()
                                + " could not be put back on its schedule: it syncs no more by itself.");
    }

    /** How full the claim was as noted last; empty when that was never measured. */
    OptionalLong usedBefore() {
        ReplicationSource sender = find();
        if (sender == null || sender.getMetadata().getAnnotations() == null) {
            return OptionalLong.empty();
        }
        String noted = sender.getMetadata().getAnnotations().getOrDefault(Names.USED_BYTES, "");
        return noted.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(noted)) : OptionalLong.empty();
    }

    void noteUsed(long bytes) {
        side.waiting()
                .until(
                        side.timeout(),
                        () -> {
                            ReplicationSource sender = find();
                            ObjectNode patch = JsonNodeFactory.instance.objectNode();
                            patch.putObject("metadata")
                                    .putObject("annotations")
                                    .put(Names.USED_BYTES, Long.toString(bytes));
                            return (sender == null || side.api().patch(sender, patch)) ? true : null;
                        },
                        () -> "ReplicationSource " + name + " at " + side.name()
                                + " was written by somebody else again and again: who?");
    }

    private String state() {
        ReplicationSource sender = find();
        return sender == null || sender.getStatus() == null
                ? ": does VolSync's operator run there?"
                : Conditions.describe(sender.getStatus().conditions())
                        + "."
                        + MoverLog.tail(sender.getStatus().latestMoverStatus());
    }

    /** When the last complete sync began, which tells how old its data is; null when there was none. */
    static @Nullable Instant lastStart(@Nullable ReplicationSource sender) {
        ReplicationSource.Status status = sender == null ? null : sender.getStatus();
        Instant end = status == null ? null : GoTime.instant(status.lastSyncTime());
        Duration took = status == null ? null : GoTime.duration(status.lastSyncDuration());
        return end == null || took == null ? null : end.minus(took);
    }

    /** The same, as records remember it. */
    static SiteRecord.@Nullable Sent lastSent(@Nullable ReplicationSource sender) {
        Instant start = lastStart(sender);
        return sender == null || sender.getStatus() == null || start == null
                ? null
                : new SiteRecord.Sent(
                        start.toString(), MoverLog.totalSize(sender.getStatus().latestMoverStatus()));
    }

    /** Removes it, with its mover, so that it can push no more. */
    void remove() {
        side.remove(ReplicationSource.class, owner, name);
        side.awaitNoMover(
                "volsync-rsync-tls-src-" + name, claim.namespace(), Set.of(claim.name(), "volsync-" + name + "-src"));
    }
}
