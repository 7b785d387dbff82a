package io.drkit.examples.runbook.step;

import io.drkit.SiteUnreachableException;

/** A call that waits, from a step, which throws nothing that is checked. */
@FunctionalInterface
interface Interruptible<T> {

    T call() throws InterruptedException;

    /** Calls; interrupted, it ends as if a site had not answered, and the thread stays interrupted. */
    static <T> T call(String what, Interruptible<T> waiting) {
        try {
            return waiting.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SiteUnreachableException(what + " was interrupted.", e);
        }
    }
}
