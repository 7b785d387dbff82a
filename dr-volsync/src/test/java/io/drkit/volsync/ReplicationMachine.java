package io.drkit.volsync;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import io.drkit.volsync.resource.VolSync;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One reconcile of a resource of VolSync's by its state machine: from what was read to one write of the status, which fails if somebody wrote meanwhile. What
 * state it is in is told by {@code lastSyncTime} and {@code lastSyncStartTime} alone.
 */
abstract class ReplicationMachine {

    /** What VolSync puts into the condition with reason Error. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    private static final CronParser CRON = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

    /** What was worked out once: each reconcile asks. */
    private static final Map<String, String> NEXT = new ConcurrentHashMap<>();

    protected final StandInSite site;
    protected final SiteView view;
    protected final GenericKubernetesResource object;
    protected final Map<String, Object> status = new LinkedHashMap<>();
    private boolean usedUp;

    ReplicationMachine(StandInSite site, SiteView view, GenericKubernetesResource object) {
        this.site = site;
        this.view = view;
        this.object = object;
        Map<String, Object> before = object.get("status");
        if (before != null) {
            status.putAll(before);
        }
    }

    /** Works towards a complete sync. Returns whether it is complete. */
    abstract boolean synchronize();

    /** Removes what was for one sync only. */
    abstract void cleanUp();

    void run() {
        Map<String, Object> before = new LinkedHashMap<>(status);
        try {
            step();
        } catch (Refused e) {
            condition("False", VolSync.ERROR, String.valueOf(e.getMessage()));
        }
        status.values().removeIf(Objects::isNull);
        if (!status.equals(before)) {
            site.objects().writeStatus(object, status);
        }
        if (usedUp) {
            site.due().remove(uid());
        }
    }

    private void step() {
        if (status.get("lastSyncStartTime") != null) {
            usedUp = true;
            if (!synchronize()) {
                condition("True", VolSync.SYNC_IN_PROGRESS, "Synchronization in-progress");
            } else {
                complete();
            }
        } else if (status.get("lastSyncTime") == null) {
            start();
        } else {
            cleanUp();
            tellNext();
            if (shallSync()) {
                start();
            } else if (schedule() != null && manual() == null) {
                condition("False", VolSync.WAITING_FOR_SCHEDULE, "Waiting for next scheduled synchronization");
            } else {
                condition("False", VolSync.WAITING_FOR_MANUAL, "Waiting for manual trigger");
            }
        }
    }

    private void start() {
        usedUp = true;
        status.put("lastSyncStartTime", site.timestamp());
        condition("True", VolSync.SYNC_IN_PROGRESS, "Synchronization in-progress");
    }

    private void complete() {
        Instant now = site.now();
        Instant start = Instant.parse(String.valueOf(status.get("lastSyncStartTime")));
        status.put("lastSyncTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
        status.put("lastSyncDuration", goDuration(Duration.between(start, now)));
        status.remove("lastManualSync");
        String manual = manual();
        if (manual != null) {
            status.put("lastManualSync", manual);
        }
        status.remove("lastSyncStartTime");
        tellNext();
        condition("False", VolSync.CLEANING_UP, "Cleaning up");
    }

    private boolean shallSync() {
        String manual = manual();
        if (manual != null) {
            usedUp = true;
            return !manual.equals(status.get("lastManualSync"));
        }
        return schedule() == null || site.due().contains(uid());
    }

    private void tellNext() {
        String schedule = schedule();
        status.remove("nextSyncTime");
        if (schedule != null && manual() == null) {
            String last = String.valueOf(status.get("lastSyncTime"));
            status.put("nextSyncTime", next(schedule, Instant.parse(last)));
        }
    }

    private static String next(String schedule, Instant after) {
        return NEXT.computeIfAbsent(
                schedule + " after " + after,
                key -> ExecutionTime.forCron(CRON.parse(schedule))
                        .nextExecution(after.atZone(ZoneOffset.UTC))
                        .orElseThrow()
                        .toInstant()
                        .toString());
    }

    /** What a mover's Job has come to: true when it succeeded. A failed one is deleted, and made again by the next reconcile. */
    protected boolean isDone(
            String direction, String claim, String secret, @Nullable String to, @Nullable Integer port) {
        Job job = view.jobs().get(MoverJob.name(object, direction));
        boolean paused = Boolean.TRUE.equals(object.<Boolean>get("spec", "paused"));
        if (job == null) {
            site.objects().create(MoverJob.job(object, direction, claim, secret, paused, to, port));
            return false;
        }
        if (SiteView.isGoing(job)) {
            return false;
        }
        if (StandInMovers.hasFailed(job)) {
            status.put("latestMoverStatus", Map.of("result", "Failed", "logs", site.log(job)));
            site.objects().delete(job);
            return false;
        }
        if (Objects.equals(job.getSpec().getParallelism(), 0) != paused) {
            site.objects().merge(job, "{\"spec\":{\"parallelism\":" + (paused ? 0 : 1) + "}}");
        }
        if (StandInMovers.hasSucceeded(job)) {
            status.put("latestMoverStatus", Map.of("result", "Successful", "logs", site.log(job)));
            return true;
        }
        return false;
    }

    protected PersistentVolumeClaim requireClaim(@Nullable String name) {
        PersistentVolumeClaim claim = name == null ? null : view.claims().get(name);
        if (claim == null) {
            throw new Refused("persistentvolumeclaims \"" + name + "\" not found");
        }
        return claim;
    }

    protected String requireSecret() {
        String name = object.get("spec", "rsyncTLS", "keySecret");
        if (name == null) {
            String own = "volsync-rsync-tls-" + object.getMetadata().getName();
            if (view.secrets().stream()
                    .noneMatch(secret -> secret.getMetadata().getName().equals(own))) {
                site.objects().create(MoverJob.secret(object, own, "volsync:" + "0123456789abcdef".repeat(8)));
            }
            return own;
        }
        Secret secret = view.secrets().stream()
                .filter(there -> there.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refused("secrets \"" + name + "\" not found"));
        if (StandInMovers.key(secret) == null) {
            throw new Refused("secret should have fields: [psk.txt]");
        }
        return name;
    }

    /** Deletes the Jobs and claims that are marked for it. */
    protected void deleteMarked() {
        view.jobs().values().stream().filter(this::isMarked).forEach(site.objects()::delete);
        view.claims().values().stream().filter(this::isMarked).forEach(site.objects()::delete);
    }

    protected boolean isMarked(HasMetadata candidate) {
        return uid().equals(SiteView.label(candidate, VolSync.CLEANUP)) && !SiteView.isGoing(candidate);
    }

    protected String uid() {
        return object.getMetadata().getUid();
    }

    private @Nullable String manual() {
        String manual = object.get("spec", "trigger", "manual");
        return manual == null || manual.isEmpty() ? null : manual;
    }

    private @Nullable String schedule() {
        String schedule = object.get("spec", "trigger", "schedule");
        return schedule == null || schedule.isEmpty() ? null : schedule;
    }

    private void condition(String value, String reason, String message) {
        List<Map<String, Object>> conditions = object.get("status", "conditions");
        Map<String, Object> last = conditions == null || conditions.isEmpty() ? Map.of() : conditions.get(0);
        Map<String, Object> condition = new LinkedHashMap<>();
        Object since = value.equals(last.get("status")) ? last.get("lastTransitionTime") : null;
        condition.put("lastTransitionTime", since == null ? site.timestamp() : since);
        condition.put("message", message);
        condition.put("reason", reason);
        condition.put("status", value);
        condition.put("type", VolSync.SYNCHRONIZING);
        status.put("conditions", List.of(condition));
    }

    /** As Go prints one: {@code 1m2.5s}, {@code 12.244434778s}, {@code 85ms}. */
    static String goDuration(Duration duration) {
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return plain(duration.toNanos() / 1e6) + "ms";
        }
        String seconds = plain(duration.toSecondsPart() + duration.toNanosPart() / 1e9) + "s";
        long minutes = duration.toMinutes();
        if (minutes == 0) {
            return seconds;
        }
        return (minutes < 60 ? "" : minutes / 60 + "h") + minutes % 60 + "m" + seconds;
    }

    private static String plain(double number) {
        return new BigDecimal(number)
                .setScale(9, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }
}
