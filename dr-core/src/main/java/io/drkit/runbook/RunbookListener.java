package io.drkit.runbook;

import io.drkit.runbook.Runbook.Placed;

/** Is told how a run comes along. Called from the threads that steps run in, one call at a time; what it throws is logged. */
public interface RunbookListener {

    RunbookListener NONE = new RunbookListener() {};

    /** A step has come to another state. */
    default void changed(Placed<?> step, StepRecord record) {}

    /** A step tells how it comes along, or that it is tried again, and why. */
    default void progress(Placed<?> step, String message) {}

    /** The run goes back, or has to stop. */
    default void turned(String why) {}
}
