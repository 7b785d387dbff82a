package io.drkit.simulation;

import io.drkit.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Runs several actors one at a time: each is a real thread, and only the one that holds the baton runs. At every {@link #point()} the dice may
 * pass it on. Time is virtual: it goes on a little at each point, and jumps when everyone waits.
 */
final class Scheduler implements Ticker {

    static final long MILLISECOND = 1_000_000;
    private static final int STAYS = 850;
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "simulated");
        thread.setDaemon(true);
        return thread;
    });

    /** What an actor is thrown when it is killed: nothing in DrKit catches this. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed() {
            super("killed", null, false, false);
        }
    }

    /** A thread that takes turns with the others. */
    static final class Actor {
        final String name;
        private final Semaphore turn = new Semaphore(0);
        private @Nullable CountDownLatch signal;
        private long wakes;
        private boolean killed;
        private boolean gone;

        private Actor(String name) {
            this.name = name;
        }

        void kill() {
            killed = true;
            wakes = 0;
        }

        boolean isKilled() {
            return killed;
        }

        boolean isGone() {
            return gone;
        }

        private boolean canRun(long now) {
            CountDownLatch awaited = signal;
            return !gone && (wakes <= now || (awaited != null && awaited.getCount() == 0));
        }
    }

    private final Dice dice;
    private final Runnable world;
    private final List<Actor> actors = new ArrayList<>();
    private Actor running;
    private long now;
    private long point;
    private Duration clockOffset = Duration.ZERO;

    /**
     * The calling thread becomes the first actor.
     *
     * @param world acts at every point, before the turn may pass
     */
    Scheduler(Dice dice, Runnable world) {
        this.dice = dice;
        this.world = world;
        this.running = new Actor("world");
        actors.add(running);
    }

    Actor running() {
        return running;
    }

    long currentPoint() {
        return point;
    }

    /** Starts an actor, which runs when its turn comes. */
    Actor spawn(String name, Runnable work) {
        Actor actor = new Actor(name);
        actors.add(actor);
        THREADS.execute(() -> {
            actor.turn.acquireUninterruptibly();
            try {
                work.run();
            } finally {
                actor.gone = true;
                actors.remove(actor);
                pass(next(actor));
            }
        });
        return actor;
    }

    /** Kills all others, and returns when they are gone. */
    void endAll() {
        while (actors.size() > 1) {
            actors.stream().filter(actor -> actor != running).forEach(Actor::kill);
            sleep(Duration.ofMillis(200));
        }
    }

    /** Anything may happen here. */
    void point() {
        Actor me = running;
        throwIfKilled(me);
        now += MILLISECOND;
        dice.at(++point);
        world.run();
        Actor next = next(me);
        if (next != me) {
            pass(next);
            me.turn.acquireUninterruptibly();
        }
        throwIfKilled(me);
    }

    private static void throwIfKilled(Actor actor) {
        if (actor.killed) {
            throw new Killed();
        }
    }

    private void pass(Actor next) {
        running = next;
        next.turn.release();
    }

    private Actor next(Actor me) {
        if (me.canRun(now) && dice.chance(STAYS)) {
            return me;
        }
        while (true) {
            List<Actor> ready =
                    actors.stream().filter(actor -> actor.canRun(now)).toList();
            if (!ready.isEmpty()) {
                return ready.get(dice.below(ready.size()));
            }
            now = actors.stream().mapToLong(actor -> actor.wakes).min().orElseThrow();
        }
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public boolean await(CountDownLatch signal, Duration timeout) {
        Actor me = running;
        long until = now + timeout.toNanos();
        me.signal = signal;
        while (signal.getCount() > 0 && now < until) {
            me.wakes = until;
            point();
        }
        me.wakes = 0;
        me.signal = null;
        return signal.getCount() == 0;
    }

    void sleep(Duration time) {
        await(new CountDownLatch(1), time);
    }

    /** The clock on the wall jumps; the monotonic time does not. */
    void jump(Duration by) {
        clockOffset = clockOffset.plus(by);
    }

    /** The clock that people read. */
    Clock clock() {
        return new VirtualClock(true);
    }

    /** A clock that never jumps, for the stores' leases: etcd measures them by monotonic time. */
    Clock steadyClock() {
        return new VirtualClock(false);
    }

    private final class VirtualClock extends Clock {

        private final boolean jumps;

        VirtualClock(boolean jumps) {
            this.jumps = jumps;
        }

        @Override
        public Instant instant() {
            Instant steady = Instant.EPOCH.plusNanos(now);
            return jumps ? steady.plus(clockOffset) : steady;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
