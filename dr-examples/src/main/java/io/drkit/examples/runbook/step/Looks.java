package io.drkit.examples.runbook.step;

/** A step that changes nothing. */
interface Looks<R> extends OneWay<R> {

    @Override
    default boolean onlyLooks() {
        return true;
    }
}
