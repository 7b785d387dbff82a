package io.drkit.volsync;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * An application whose losses can be counted: while a pod mounts a claim, it writes numbered records into it, at whichever site that is, and remembers which
 * were acknowledged and when. A terminating pod still writes until it is gone, as a real one may.
 */
public final class AcknowledgedWriter implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(25);
    private static final String PREFIX = "record-";

    private final TwoSites sites;
    private final Duration pause;
    private final List<String> claims;
    private final Map<String, ConcurrentSkipListMap<Long, Instant>> acknowledged = new ConcurrentHashMap<>();
    private final Map<StandInSite, Set<Long>> numbers = new ConcurrentHashMap<>();
    private final Map<StandInSite, Seen> seen = new HashMap<>();
    private final Thread thread;
    private volatile boolean closed;
    private long next;

    /**
     * What a site held after so many writes to it: asked for again after each, and not before each record, for that would be most of what a test costs.
     *
     * @param mounted the claims that are written to
     * @param bound their volumes, by name
     */
    private record Seen(long writes, Set<String> mounted, Map<String, String> bound) {}

    /** Begins as soon as pods mount the claims: the test makes the Deployments. VolSync's movers are none of its pods. */
    public AcknowledgedWriter(TwoSites sites, String... claims) {
        this(sites, PAUSE, claims);
    }

    /** The same, with another pause before each record. */
    public AcknowledgedWriter(TwoSites sites, Duration pause, String... claims) {
        this.sites = sites;
        this.pause = pause;
        this.claims = List.of(claims);
        this.claims.forEach(claim -> acknowledged.put(claim, new ConcurrentSkipListMap<>()));
        numbers.put(sites.primary(), ConcurrentHashMap.newKeySet());
        numbers.put(sites.standby(), ConcurrentHashMap.newKeySet());
        thread = new Thread(this::run, "acknowledged writer");
        thread.setDaemon(true);
        thread.start();
    }

    /** Records of a claim that the application was told are safe, by number, with when it was told. */
    public SortedMap<Long, Instant> acknowledged(String claim) {
        return new TreeMap<>(records(claim));
    }

    /** How many were acknowledged, of all claims. */
    public int count() {
        return acknowledged.values().stream().mapToInt(Map::size).sum();
    }

    /** The numbers of the acknowledged records that pods of a site wrote. */
    public Set<Long> writtenAt(StandInSite site) {
        return Set.copyOf(numbers(site));
    }

    private Set<Long> numbers(StandInSite site) {
        return Objects.requireNonNull(numbers.get(site), site.name());
    }

    /** The acknowledged records of a claim that are not among its files at a site, with when they were acknowledged. */
    public SortedMap<Long, Instant> missingAt(StandInSite site, String claim) {
        SortedMap<Long, Instant> missing = acknowledged(claim);
        Set<String> there = site.files(claim).read().keySet();
        missing.keySet().removeIf(number -> there.contains(file(number)));
        return missing;
    }

    /** As {@link #missingAt(StandInSite, String)}, of all claims: numbers are given once. */
    public SortedMap<Long, Instant> missingAt(StandInSite site) {
        SortedMap<Long, Instant> missing = new TreeMap<>();
        claims.forEach(claim -> missing.putAll(missingAt(site, claim)));
        return missing;
    }

    private ConcurrentSkipListMap<Long, Instant> records(String claim) {
        return Objects.requireNonNull(acknowledged.get(claim), claim);
    }

    static String file(long number) {
        return PREFIX + String.format(Locale.ROOT, "%08d", number);
    }

    private void run() {
        while (!closed) {
            try {
                Thread.sleep(pause.toMillis());
                write(sites.primary());
                write(sites.standby());
            } catch (InterruptedException e) {
                return;
            } catch (KubernetesClientException e) {
                System.err.println("Acknowledged writer: " + e.getMessage());
            }
        }
    }

    private void write(StandInSite site) {
        if (site.isDown()) {
            return;
        }
        Seen there = look(site);
        Map<String, String> uids = new HashMap<>(there.bound());
        uids.keySet().retainAll(there.mounted());
        SortedMap<Long, String> written = new TreeMap<>();
        for (Map.Entry<String, String> claim : uids.entrySet()) {
            long number = next++;
            if (write(site, claim.getValue(), number)) {
                written.put(number, claim.getKey());
            }
        }
        // What was written as the last pod went away, nobody was told is safe; it is taken back, for no process was
        // there that could have written it.
        Set<String> still = site.isDown() ? Set.of() : look(site).mounted();
        Instant now = Instant.now();
        written.forEach((number, claim) -> {
            if (still.contains(claim)) {
                records(claim).put(number, now);
                numbers(site).add(number);
            } else if (!site.isDown()) {
                new FolderFiles(site.folders(), uids.getOrDefault(claim, claim)).delete(file(number));
            }
        });
    }

    private static boolean write(StandInSite site, String uid, long number) {
        try {
            Path folder = site.folders().folder(uid);
            site.folders().writing(uid, () -> Files.writeString(folder.resolve(file(number)), "record " + number));
            return true;
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                return false;
            }
            throw e;
        }
    }

    private Seen look(StandInSite site) {
        Seen known = seen.get(site);
        // Before it is read: what is written meanwhile has it read again.
        long writes = sites.writes(site);
        if (known == null || writes < 0 || known.writes() != writes) {
            Set<String> mounted = mounted(site);
            known = new Seen(writes, mounted, mounted.isEmpty() ? Map.of() : bound(site));
            seen.put(site, known);
        }
        return known;
    }

    private static Map<String, String> bound(StandInSite site) {
        return site.own().persistentVolumeClaims().inNamespace(site.namespaceName()).list().getItems().stream()
                .filter(SiteView::isBound)
                .collect(toMap(claim -> claim.getMetadata().getName(), AcknowledgedWriter::uid));
    }

    private Set<String> mounted(StandInSite site) {
        return site.own().pods().inNamespace(site.namespaceName()).list().getItems().stream()
                .filter(AcknowledgedWriter::writes)
                .flatMap(pod -> SiteView.mounts(pod).stream())
                .filter(claims::contains)
                .collect(toSet());
    }

    private static boolean writes(Pod pod) {
        return SiteView.label(pod, MoverJob.CREATED_BY) == null && !SiteView.isFinished(pod);
    }

    private static String uid(PersistentVolumeClaim claim) {
        return claim.getMetadata().getUid();
    }

    /** Writes no more; what was acknowledged stays known. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
