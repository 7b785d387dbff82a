package io.drkit.simulation;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.Lease;
import io.drkit.keystore.Page;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.StoreStatus;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Watch;
import io.drkit.keystore.WatchSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What lies between one actor and one site. Requests and replies get lost, late, doubled and out of order; streams break or fall silent; leases
 * are not renewed. Every error is one that {@link KeyStore} allows where it is thrown.
 */
final class Link implements KeyStore {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final World world;
    private final String actor;
    private final Side side;
    private final List<Long> leases = new ArrayList<>();
    private boolean down;
    /** Streams made before this are dead, but nobody was told. */
    private int silence;

    Link(World world, String actor, Side side) {
        this.world = world;
        this.actor = actor;
        this.side = side;
    }

    String path() {
        return actor + " and the " + side.name;
    }

    void cut(boolean silently) {
        down = true;
        silence += silently ? 1 : 0;
        abandonLeases();
    }

    void heal() {
        down = false;
    }

    boolean isDown() {
        return down;
    }

    boolean reaches(Side other) {
        return side == other;
    }

    void abandonLeases() {
        leases.forEach(side.store::abandonLease);
    }

    @Override
    public String name() {
        return side.name;
    }

    @Override
    public StoreStatus status() {
        return ask("status", () -> side.store.status());
    }

    @Override
    public Page range(RangeRequest request) {
        return ask("range", () -> side.store.range(request));
    }

    @Override
    public Map<Bytes, KeyValue> read(Collection<Bytes> keys) {
        return ask("read", () -> side.store.read(keys));
    }

    @Override
    public void compact(long revision) {
        ask("compact", () -> {
            side.store.compact(revision);
            side.compactions++;
            return revision;
        });
    }

    @Override
    public Lease grantLease(Duration timeToLive) {
        Lease lease = ask("grantLease", () -> side.store.grantLease(timeToLive));
        leases.add(lease.id());
        return new SimulatedLease(lease);
    }

    private <T> T ask(String call, Supplier<T> action) {
        world.scheduler.point();
        if (down) {
            world.scheduler.sleep(Duration.ofSeconds(1));
            throw new SiteUnreachableException(side.name + " is cut off.");
        }
        boolean lost = world.fault(3, () -> "the request '" + call + "' between " + path() + " is lost");
        boolean unheard = world.fault(3, () -> "the reply to '" + call + "' between " + path() + " is lost");
        if (!lost) {
            T answer = action.get();
            world.scheduler.point();
            if (!unheard) {
                return answer;
            }
        }
        world.scheduler.sleep(DEADLINE);
        throw new SiteUnreachableException("no answer from " + side.name);
    }

    @Override
    public CommitResult commit(Transaction transaction) {
        world.scheduler.point();
        if (down) {
            throw new SiteUnreachableException(side.name + " is cut off.");
        }
        Message message = new Message(transaction);
        message.deliver();
        world.scheduler.point();
        if (!message.reply.isDone()) {
            world.scheduler.sleep(DEADLINE);
        }
        return message.result();
    }

    @Override
    public CompletableFuture<CommitResult> submit(Transaction transaction) {
        world.scheduler.point();
        if (down) {
            return CompletableFuture.failedFuture(new SiteUnreachableException(side.name + " is cut off."));
        }
        Message message = new Message(transaction);
        world.inFlight.add(message);
        return message.reply;
    }

    @Override
    public Watch watch(KeyRange range, long startRevision) {
        world.scheduler.point();
        return new SimulatedWatch(side.store.watch(range, startRevision));
    }

    @Override
    public void close() {}

    /** A transaction on its way. */
    final class Message {

        private final Transaction transaction;
        final Reply reply = new Reply(this);

        Message(Transaction transaction) {
            this.transaction = transaction;
        }

        /** Its fate. Without a reply the sender gives up one day. */
        void deliver() {
            String what = "transaction of " + actor + " to the " + side.name;
            if (down || world.fault(8, () -> "a " + what + " is lost")) {
                return;
            }
            if (world.fault(8, () -> "a " + what + " is late")) {
                world.late.add(this);
                return;
            }
            CommitResult result;
            try {
                result = done();
            } catch (RuntimeException e) {
                reply.completeExceptionally(e);
                return;
            }
            if (world.fault(6, () -> "a " + what + " will come twice")) {
                world.late.add(this);
            }
            if (!world.fault(8, () -> "the reply to a " + what + " is lost")) {
                reply.complete(result);
            }
        }

        CommitResult done() {
            CommitResult[] result = new CommitResult[1];
            // Leases that are due expire when the store is touched: in nobody's name.
            side.role();
            side.mirror = actor;
            side.as(Side.Author.MIRROR, () -> result[0] = side.store.commit(transaction));
            return result[0];
        }

        boolean isOf(Link link) {
            return Link.this == link;
        }

        void doneLate() {
            try {
                CommitResult result = done();
                world.tell("a late transaction of " + actor + " reaches the " + side.name + ": " + result);
            } catch (RuntimeException e) {
                world.tell("a late transaction of " + actor + " is refused by the " + side.name);
            }
        }

        private CommitResult result() {
            if (!reply.isDone()) {
                throw new OutcomeUnknownException("no answer from " + side.name, null);
            }
            try {
                return KeyStore.await(reply);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Waiting for it is a point at which others act; whatever is on its way then arrives in any order. */
    final class Reply extends CompletableFuture<CommitResult> {

        private final Message message;

        Reply(Message message) {
            this.message = message;
        }

        @Override
        public CommitResult get() throws InterruptedException, java.util.concurrent.ExecutionException {
            while (world.inFlight.contains(message)) {
                world.scheduler.point();
                world.deliverOne();
            }
            if (!isDone()) {
                world.scheduler.sleep(DEADLINE);
                completeExceptionally(new OutcomeUnknownException("no answer from " + side.name, null));
            }
            return super.get();
        }
    }

    private final class SimulatedWatch implements Watch {

        private final Watch watch;
        private final int silenceThen = silence;

        SimulatedWatch(Watch watch) {
            this.watch = watch;
        }

        @Override
        public WatchSignal next(Duration timeout) throws InterruptedException {
            world.scheduler.point();
            boolean dead = silence > silenceThen;
            if ((down && !dead) || world.fault(4, () -> "the watch between " + path() + " breaks")) {
                close();
                throw new SiteUnreachableException("the watch on " + side.name + " broke");
            }
            WatchSignal signal = dead ? new WatchSignal.Idle() : watch.next(Duration.ZERO);
            if (signal instanceof WatchSignal.Idle && !timeout.isZero()) {
                world.scheduler.sleep(timeout);
                return dead ? signal : watch.next(Duration.ZERO);
            }
            return signal;
        }

        @Override
        public void requestProgress() {
            if (silence == silenceThen) {
                watch.requestProgress();
            }
        }

        @Override
        public void close() {
            watch.close();
        }
    }

    private final class SimulatedLease implements Lease {

        private final Lease lease;

        SimulatedLease(Lease lease) {
            this.lease = lease;
        }

        @Override
        public long id() {
            return lease.id();
        }

        /** A holder may believe for long that it still has what it lost. */
        @Override
        public boolean isAlive() {
            return world.profile.unawareHolders() || lease.isAlive();
        }

        @Override
        public void close() {
            // Whether or not it can be revoked, it is not renewed any more.
            side.store.abandonLease(lease.id());
            ask("lease.close", () -> {
                lease.close();
                return true;
            });
        }
    }
}
