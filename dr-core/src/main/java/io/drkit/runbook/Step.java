package io.drkit.runbook;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A step of a {@link Runbook}. Called in this order: {@link #check}, {@link #act}, {@link #verify}; and {@link #undo} when a later step fails before the
 * point of no return. Each may be called again after the process was killed in the midst of it, in another process or on another machine: so each is
 * idempotent, and knows nothing but what it finds and what {@link #act} returned.
 *
 * <p>Each fails by throwing: {@link SiteUnreachableException} and {@link OutcomeUnknownException} are tried again, as {@link StepOptions} says; any other
 * fails the step, {@link UnsafeToProceedException} with what a person has to decide. Each must end soon when its thread is interrupted, which happens at
 * its deadline, when the run is stopped, and when another takes the run over. Steps that run together are called from several threads at once.
 *
 * @param <R> what the act returns to be journalled: a small value that Jackson writes and reads, a record best. It holds no secret
 */
public interface Step<R> {

    /** Of what steps return that have nothing to tell. */
    record Nothing() {

        /** The only one there is any need for. */
        public static final Nothing INSTANCE = new Nothing();
    }

    /** What the journal reads the act's record back as. */
    Class<R> recordType();

    /** Whether the step can be done, and is to be. Changes nothing, for a dry run calls it as well. By default yes. */
    default Check check(StepContext context) {
        return Check.GO;
    }

    /** Does it. What was done already, by an earlier call that was killed, is done. */
    R act(StepContext context);

    /** Whether it changes nothing. Then the journal need not know that it was begun before it is: a run that is killed looks again. By default no. */
    default boolean onlyLooks() {
        return false;
    }

    /** Looks whether it was done, and throws when it was not. By default what {@link #act} returned is believed. */
    default void verify(StepContext context, R record) {}

    /** What the report says of it when it is done, in a few words; by default nothing. Of the record alone, for it may be told by another process. */
    default String told(R record) {
        return "";
    }

    /**
     * Takes it back, as far as it was done. What it tells last stands in the report: what could not be put back, say.
     *
     * @param record what the act returned; empty when it was begun and is not known to have ended
     */
    void undo(StepContext context, Optional<R> record);

    /**
     * A step that only looks, and throws when it finds something wrong; there is nothing to undo.
     *
     * @param look is called once, in the act
     */
    static Step<Nothing> looking(Consumer<StepContext> look) {
        return new Step<>() {
            @Override
            public Class<Nothing> recordType() {
                return Nothing.class;
            }

            @Override
            public boolean onlyLooks() {
                return true;
            }

            @Override
            public Nothing act(StepContext context) {
                look.accept(context);
                return Nothing.INSTANCE;
            }

            @Override
            public void undo(StepContext context, Optional<Nothing> record) {
                // Nothing was changed.
            }
        };
    }
}
