package io.drkit.volsync;

import io.drkit.kubernetes.FaultyApi;
import io.drkit.kubernetes.FaultyApi.Fate;
import io.drkit.kubernetes.KubernetesSite;
import io.drkit.kubernetes.KubernetesSites;
import io.drkit.testkit.workload.TestNamespace;
import io.drkit.volsync.resource.VolSync;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One of the two clusters: its namespace as a test uses it, what the test does to the site, and the one thread that plays its storage, its movers, its
 * garbage collector and VolSync's operator. Acts when something was written.
 */
public final class StandInSite implements AutoCloseable {

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final long IDLE_MILLIS = 500;

    private final String name;
    private final int number;
    private final TestNamespace namespace;
    private final KubernetesClient own;
    private final FaultyApi api;
    private final KubernetesClient client;
    private final SiteObjects objects;
    private final VolumeFolders folders;
    private final StandInNetwork network;
    private final StandInStorage storage;
    private final StandInCollector collector;
    private final StandInMovers movers;
    private final Set<String> due = ConcurrentHashMap.newKeySet();
    private final AtomicInteger services = new AtomicInteger();
    private final Written written;
    private final Semaphore signal;
    private final ReentrantLock acting = new ReentrantLock(true);
    private final AtomicReference<@Nullable Hold> stale = new AtomicReference<>();
    private final Closeable subscription;
    private final Thread thread;
    private volatile SiteView seen;
    private volatile boolean closed;
    private volatile boolean down;
    private volatile boolean operator = true;
    private volatile boolean withholdsAddresses;
    private volatile Duration offset = Duration.ZERO;
    private volatile long reactionMillis;

    StandInSite(
            KubernetesSite cluster,
            String name,
            int number,
            String namespace,
            Path root,
            StandInNetwork network,
            ExecutorService transfers) {
        this.name = name;
        this.number = number;
        own = cluster.client();
        StandInResources.createMissing(own, nodeAddress());
        this.namespace = cluster.newNamespace(namespace);
        api = new FaultyApi(cluster);
        api.serve(StandInKubelet.PATH, () -> StandInKubelet.summary(this));
        client = api.client(TIMEOUT_MILLIS);
        objects = new SiteObjects(own, namespace);
        folders = new VolumeFolders(root);
        this.network = network;
        storage = new StandInStorage(this);
        collector = new StandInCollector(this);
        movers = new StandInMovers(this, network, transfers);
        written = new Written(namespace);
        signal = written.signal();
        seen = SiteView.read(own, namespace);
        subscription = KubernetesSites.onWrite(cluster, written::note);
        thread = new Thread(this::run, "stand-in VolSync, " + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** {@code primary} or {@code standby}. */
    public String name() {
        return name;
    }

    /** For the code under test: ends with the fixture, and fails while the site or its API is down. Without watches and exec. */
    public KubernetesClient client() {
        return client;
    }

    /** What stands between {@link #client} and the API server, for faults of single requests. */
    public FaultyApi api() {
        return api;
    }

    /** The test's own way to the namespace, also while the site is down. */
    public TestNamespace namespace() {
        return namespace;
    }

    /** A client of the test's own for all else, also while the site is down. */
    public KubernetesClient own() {
        return own;
    }

    /** The files of a claim as it is now, also while the site is down. */
    public ClaimFiles files(String claim) {
        return new FolderFiles(folders, uidOf(claim));
    }

    /** The files that a snapshot holds. */
    public ClaimFiles filesOfSnapshot(String snapshot) {
        return new FolderFiles(
                folders,
                StandInResources.of(own, StandInResources.SNAPSHOTS)
                        .inNamespace(namespace.name())
                        .withName(snapshot)
                        .require()
                        .getMetadata()
                        .getUid());
    }

    String uidOf(String claim) {
        return own.persistentVolumeClaims()
                .inNamespace(namespace.name())
                .withName(claim)
                .require()
                .getMetadata()
                .getUid();
    }

    /** The time of this site's nodes. */
    public Instant now() {
        return Instant.now().plus(offset);
    }

    /** Lets this site's clock go wrong. */
    public void offset(Duration offset) {
        this.offset = offset;
    }

    /** All of it: the API does not answer, movers end where they are, applications write no more, and the objects stay as they are. */
    public void goDown() {
        api.rule((request, method, path) -> Fate.LOST);
        down = true;
        acting.lock();
        try {
            movers.endAll();
        } finally {
            acting.unlock();
        }
    }

    /** The site returns as it was, and goes on by itself: movers too. */
    public void comeBack() {
        down = false;
        api.heal();
        signal.release();
    }

    /** Only {@link #client} does not reach the site, in which all goes on. */
    public void cutApi() {
        api.rule((request, method, path) -> Fate.LOST);
    }

    public void healApi() {
        api.heal();
    }

    public boolean isDown() {
        return down;
    }

    /** Nothing happens to VolSync's resources until {@link #startOperator}; movers that run go on, and so does the storage. */
    public void stopOperator() {
        operator = false;
        acting.lock();
        try {
            signal.release();
        } finally {
            acting.unlock();
        }
    }

    public void startOperator() {
        operator = true;
        signal.release();
    }

    /** From now on the operator acts so much later than it read: a write in between is one that it has not seen. */
    public void delayReaction(Duration delay) {
        reactionMillis = delay.toMillis();
    }

    /** The operator reads all once more and stands still, before it acts on it; the site's storage and movers stand still too. Await the hold first. */
    public Hold holdReaction() {
        Hold hold = new Hold();
        stale.set(hold);
        written.all();
        return hold;
    }

    /** Services of type LoadBalancer get no address until {@link #grantAddresses}. */
    public void withholdAddresses() {
        withholdsAddresses = true;
    }

    public void grantAddresses() {
        withholdsAddresses = false;
        signal.release();
    }

    /** Time has come for a source's schedule. Nothing else sets one off; where the trigger is manual or a sync runs, nothing happens. */
    public void scheduleIsDue(String source) {
        due.add(StandInResources.of(own, StandInResources.SOURCES)
                .inNamespace(namespace.name())
                .withName(source)
                .require()
                .getMetadata()
                .getUid());
        signal.release();
    }

    /** What nodes are reached at from the other site. */
    public String nodeAddress() {
        return "192.0.2." + number;
    }

    /** Whether the mover of a destination listens now, with the key as it was when it started. */
    public boolean isListening(String destination) {
        return network.listens(this, VolSync.service(destination));
    }

    SiteObjects objects() {
        return objects;
    }

    String namespaceName() {
        return namespace.name();
    }

    VolumeFolders folders() {
        return folders;
    }

    Set<String> due() {
        return due;
    }

    String log(Job job) {
        return movers.log(job);
    }

    @Nullable Service service(String service) {
        return seen.services().get(service);
    }

    static @Nullable String ingress(Service service) {
        if (service.getStatus() == null || service.getStatus().getLoadBalancer() == null) {
            return null;
        }
        return service.getStatus().getLoadBalancer().getIngress().stream()
                .map(LoadBalancerIngress::getIp)
                .findFirst()
                .orElse(null);
    }

    /** As Kubernetes writes it: to the second. */
    String timestamp() {
        return now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    void createService(GenericKubernetesResource owner, String type) {
        int service = services.incrementAndGet();
        objects.create(MoverJob.service(
                owner, type, "10.9" + number + "." + service / 250 + "." + (service % 250 + 1), 30000 + service));
    }

    /** One thing of many: what was written meanwhile, or is gone, is looked at afresh. */
    void attempt(Runnable action) {
        try {
            action.run();
        } catch (KubernetesClientException | UncheckedIOException e) {
            written.all();
            if (!(e instanceof KubernetesClientException api) || (api.getCode() != 404 && api.getCode() != 409)) {
                System.err.println("Stand-in VolSync, " + name + ": " + e);
            }
        }
    }

    private void run() {
        while (!closed) {
            try {
                if (!signal.tryAcquire(IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
                    // As real controllers do now and then: what was missed is found.
                    written.all();
                }
                acting.lock();
                try {
                    if (!down && !closed) {
                        attempt(this::tick);
                    }
                } finally {
                    acting.unlock();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                System.err.println("Stand-in VolSync, " + name + ": " + e);
            }
        }
    }

    private void tick() {
        SiteView view = seen.refreshed(own, namespace.name(), written.drain());
        seen = view;
        storage.tick(view);
        collector.tick(view);
        movers.tick(view);
        view.services().values().forEach(service -> attempt(() -> balance(service)));
        if (operator) {
            linger();
            view.destinations().forEach(object -> attempt(() -> new DestinationMachine(this, view, object).run()));
            view.sources().forEach(object -> attempt(() -> new SourceMachine(this, view, object).run()));
        }
    }

    private void linger() {
        try {
            Thread.sleep(reactionMillis);
            Hold hold = stale.getAndSet(null);
            if (hold != null) {
                hold.reach();
                boolean released = false;
                while (!closed && !released) {
                    released = hold.awaitReleased(IDLE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void balance(Service service) {
        if (!withholdsAddresses && "LoadBalancer".equals(service.getSpec().getType()) && ingress(service) == null) {
            String address = service.getSpec().getClusterIP().replaceFirst("^10[.]9", "10.8");
            own.resource(service)
                    .subresource("status")
                    .patch(MERGE, "{\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"" + address + "\"}]}}}");
        }
    }

    @Override
    public void close() {
        closed = true;
        signal.release();
        try {
            thread.join(TIMEOUT_MILLIS);
            subscription.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        client.close();
        api.close();
        Leftovers.delete(own, namespace.name());
        namespace.close();
        own.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
