package io.drkit.volsync;

import io.drkit.volsync.resource.VolSync;
import io.fabric8.kubernetes.api.model.Service;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The network between the two sites: which mover listens at an address, and what a test does to those who push to it. */
final class StandInNetwork {

    /** What a mover says when it could not do it. */
    static final class MoverFailure extends Exception {
        private static final long serialVersionUID = 1L;

        MoverFailure(String log) {
            super(log);
        }

        String log() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * A mover that listens: it serves one push at a time, and ends after a complete one.
     *
     * @param psk as it was when the mover started
     */
    record Listener(StandInSite site, String service, String psk, Path folder, Runnable complete, AtomicBoolean busy) {}

    /** Where transfers stop: after so many files. */
    record Gate(Hold hold, int files, Runnable action) {}

    private static final int ATTEMPTS = 3;
    private static final long RETRY_MILLIS = 40;

    private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile String failure = "";
    private volatile boolean cut;
    private volatile boolean bridged;
    private volatile @Nullable Gate gate;

    void cut(boolean cut) {
        this.cut = cut;
    }

    void bridged(boolean bridged) {
        this.bridged = bridged;
    }

    void gate(@Nullable Gate gate) {
        this.gate = gate;
    }

    void failNext(int movers, String log) {
        failure = log;
        failures.set(movers);
    }

    void listen(Listener listener) {
        listeners.put(listener.site().name() + "/" + listener.service(), listener);
    }

    boolean listens(StandInSite site, String service) {
        return listeners.containsKey(site.name() + "/" + service);
    }

    /** Whoever listens there no longer does. */
    void hush(StandInSite site, String service) {
        listeners.remove(site.name() + "/" + service);
    }

    /**
     * Pushes a folder. Returns the log.
     *
     * @param cancelled when the mover was ended from outside
     */
    String push(StandInSite from, String address, int port, String psk, Path folder, BooleanSupplier cancelled)
            throws MoverFailure, InterruptedException {
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new MoverFailure(failure);
        }
        MoverFailure last = new MoverFailure("never tried");
        for (int attempt = 0; attempt < ATTEMPTS && !cancelled.getAsBoolean(); attempt++) {
            if (attempt > 0) {
                Thread.sleep(RETRY_MILLIS);
            }
            try {
                return attempt(from, address, port, psk, folder, cancelled);
            } catch (MoverFailure e) {
                last = e;
            }
        }
        throw last;
    }

    private String attempt(
            StandInSite from, String address, int port, String psk, Path folder, BooleanSupplier cancelled)
            throws MoverFailure, InterruptedException {
        Listener listener = find(from, address, port);
        if (listener == null || !listener.busy().compareAndSet(false, true)) {
            throw new MoverFailure("rsync: [sender] failed to connect to " + address + ": Connection refused (111)\n"
                    + "rsync error: error in socket IO (code 10) at clientserver.c(139) [sender=3.3.0]");
        }
        try {
            if (!listener.psk().equals(psk)) {
                throw new MoverFailure("SSL_connect: error:0A00041B:SSL routines::tlsv1 alert decrypt error\n"
                        + "rsync error: error in rsync protocol data stream (code 12)");
            }
            RsyncLike rsync = new RsyncLike(folder, listener.folder());
            String log = rsync.run(files -> pass(files, from, listener, cancelled));
            if (listeners.remove(listener.site().name() + "/" + listener.service(), listener)) {
                listener.complete().run();
            }
            return log;
        } finally {
            listener.busy().set(false);
        }
    }

    /** Asked before each file, with how many were moved. */
    private void pass(int files, StandInSite from, Listener listener, BooleanSupplier cancelled)
            throws MoverFailure, InterruptedException {
        Gate here = gate;
        if (here != null && files >= here.files()) {
            if (!here.hold().isReached()) {
                here.action().run();
            }
            here.hold().reach();
            while (!here.hold().awaitReleased(10)) {
                check(from, listener, cancelled);
            }
        }
        check(from, listener, cancelled);
    }

    private void check(StandInSite from, Listener listener, BooleanSupplier cancelled) throws MoverFailure {
        if (cancelled.getAsBoolean() || isCut(from, listener.site()) || !listeners.containsValue(listener)) {
            throw new MoverFailure("rsync: [sender] read error: Connection reset by peer (104)\n"
                    + "rsync error: error in socket IO (code 10) at io.c(806) [sender=3.3.0]");
        }
    }

    private boolean isCut(StandInSite from, StandInSite to) {
        return from.isDown() || to.isDown() || (cut && from != to);
    }

    private @Nullable Listener find(StandInSite from, String address, int port) {
        for (Listener listener : listeners.values()) {
            Service service = listener.site().service(listener.service());
            if (service != null
                    && !isCut(from, listener.site())
                    && answers(listener.site(), service, address, port, bridged || from == listener.site())) {
                return listener;
            }
        }
        return null;
    }

    private static boolean answers(StandInSite site, Service service, String address, int port, boolean inside) {
        if (inside && address.equals(service.getSpec().getClusterIP()) && port == VolSync.PORT) {
            return true;
        }
        Integer nodePort = service.getSpec().getPorts().get(0).getNodePort();
        if (nodePort != null && nodePort == port && address.equals(site.nodeAddress())) {
            return true;
        }
        return port == VolSync.PORT && address.equals(StandInSite.ingress(service));
    }
}
