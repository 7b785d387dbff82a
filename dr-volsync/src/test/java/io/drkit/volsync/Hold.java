package io.drkit.volsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Where a test lets something of the fixture stop, to do what it must not race with. Goes on when released or closed. */
public final class Hold implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 20;

    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    /** Waits until something stands here. */
    public void awaitReached() {
        try {
            assertThat(reached.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("something came to the hold within %s s", PATIENCE_SECONDS)
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public boolean isReached() {
        return reached.getCount() == 0;
    }

    public void release() {
        released.countDown();
    }

    void reach() {
        reached.countDown();
    }

    boolean awaitReleased(long millis) throws InterruptedException {
        return released.await(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        release();
    }
}
